# One image for the service, the worker, migrations and the sandbox; what runs is the command. Its root may be read-only: what it
# writes goes to /data (all that a single machine keeps; mount a volume), /keys (where settings say so), /scratch (uploads
# and downloads under way) and /tmp.
FROM python:3.11-slim-bookworm AS build
WORKDIR /src
COPY requirements/uv.txt requirements/run.txt requirements/
RUN python -m venv /opt/continuity \
 && /opt/continuity/bin/pip install --no-cache-dir --require-hashes -r requirements/uv.txt \
 && /opt/continuity/bin/uv pip install --python /opt/continuity/bin/python --compile-bytecode --require-hashes -r requirements/run.txt
COPY pyproject.toml README.md LICENSE ./
COPY registry registry
COPY generation generation
COPY api api
# Compiled here, as nothing can be where the root is read-only: every start would be slow.
RUN /opt/continuity/bin/uv pip install --python /opt/continuity/bin/python --compile-bytecode --no-deps --no-build-isolation .

FROM python:3.11-slim-bookworm
COPY --from=build /opt/continuity /opt/continuity
# A named volume takes over the owner of the folder it is first mounted at, so these are the user's own.
RUN useradd --uid 10001 --user-group --no-create-home continuity \
 && install -d -o continuity -g continuity -m 0700 /data /keys /scratch
ENV PATH=/opt/continuity/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 CONTINUITY_DATA=/data TMPDIR=/scratch
USER 10001:10001
EXPOSE 8000
ENTRYPOINT ["continuity"]
CMD ["serve", "--host", "0.0.0.0", "--port", "8000"]
# For the command above; a worker is asked by its beat (compose.yaml).
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s \
  CMD ["python", "-m", "api.alive", "--url", "http://127.0.0.1:8000/health/ready"]
