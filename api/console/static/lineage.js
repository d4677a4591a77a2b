// The slider of a lineage shows what it is moved to without a page of its own; the drawing begins with what it is about in the middle.
// Without this file the button beside the slider does the same.

const centre = (part) => {
  const sheet = part.querySelector(".drawing .scroll");
  const box = part.querySelector(".drawing [aria-current]");
  if (!sheet || !box) return;
  const [outer, inner] = [sheet.getBoundingClientRect(), box.getBoundingClientRect()];
  sheet.scrollLeft += inner.left + inner.width / 2 - (outer.left + outer.width / 2);
  sheet.scrollTop += inner.top + inner.height / 2 - (outer.top + outer.height / 2);
};

async function renew(part, form) {
  const address = new URL(form.action);
  address.search = new URLSearchParams(new FormData(form));
  const answer = await fetch(address, { headers: { Accept: "text/html" } });
  if (!answer.ok) return form.submit();
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(part.id);
  const focused = document.activeElement?.name;
  part.replaceChildren(...fresh.childNodes);
  history.replaceState(null, "", answer.url);
  if (focused) part.querySelector(`[name="${focused}"]`)?.focus();
  centre(part);
}

for (const part of document.querySelectorAll("#lineage")) {
  centre(part);
  part.addEventListener("input", (event) => {
    if (event.target.type === "range") part.querySelector(".slider output").textContent = Number(event.target.value) + 1;
  });
  part.addEventListener("change", (event) => renew(part, event.target.form));
}
