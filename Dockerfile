# The service, its worker and the sandbox in one image; what runs is the command.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
COPY requirements/uv.txt requirements/run.txt requirements/
RUN python -m venv /opt/continuity \
 && /opt/continuity/bin/pip install --no-cache-dir --require-hashes -r requirements/uv.txt \
 && /opt/continuity/bin/uv pip install --python /opt/continuity/bin/python --require-hashes -r requirements/run.txt
COPY pyproject.toml README.md LICENSE ./
COPY registry registry
COPY generation generation
COPY api api
RUN /opt/continuity/bin/uv pip install --python /opt/continuity/bin/python --no-deps --no-build-isolation .

FROM python:3.11-slim-bookworm
COPY --from=build /opt/continuity /opt/continuity
RUN useradd --uid 10001 --no-create-home continuity && install -d -o continuity /data
ENV PATH=/opt/continuity/bin:$PATH PYTHONUNBUFFERED=1 CONTINUITY_DATA=/data
USER continuity
VOLUME /data
EXPOSE 8000
ENTRYPOINT ["continuity"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
