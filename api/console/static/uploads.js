// Files are handed in by dropping them on the form, or by choosing several: one request each, with its progress. With one file the
// page goes on to where its form leads; of several each says what became of it. What is refused is told as the service says it.

import { show } from "./forms.js";

const LONGEST = 200;

const make = (tag, text = "", more = {}) => Object.assign(document.createElement(tag), { textContent: text }, more);

const key = () => [...crypto.getRandomValues(new Uint8Array(18))].map((one) => one.toString(16).padStart(2, "0")).join("");

// What the form says, of this file alone; without a label it is called as the file is.
const asked = (form, file) => {
  const data = new FormData(form);
  data.set("label", form.elements.label.value || file.name.replace(/\.[^.]*$/, "").slice(0, LONGEST));
  data.set("file", file);
  return data;
};

const route = (form) => new URL(form.getAttribute("action"), location.href).searchParams.get("to").replace("POST ", "/console");

const told = (request) => {
  try {
    return JSON.parse(request.responseText);
  } catch {
    return { detail: `The service answered ${request.status}.`, hint: "Send it again in a moment." };
  }
};

const sent = (form, file, progress) =>
  new Promise((resolve) => {
    const request = new XMLHttpRequest();
    request.open("POST", route(form));
    request.setRequestHeader("Accept", "application/json");
    request.setRequestHeader("Idempotency-Key", key());
    request.upload.onprogress = (event) => {
      if (event.lengthComputable) progress.value = event.loaded / event.total;
    };
    request.onload = () => resolve({ ok: request.status < 300, said: told(request) });
    request.onerror = () => resolve({ ok: false, said: { detail: "The service could not be reached.", hint: "Nothing is lost: send it again in a moment." } });
    request.send(asked(form, file));
  });

function refused(row, problem) {
  const note = make("div", "", { className: "note bad" });
  note.setAttribute("role", "alert");
  note.append(make("p", problem.detail ?? problem.title ?? "Something failed."));
  for (const error of problem.errors ?? []) note.append(make("p", `${error.path}: ${error.message}`));
  if (problem.hint) note.append(make("p", problem.hint));
  row.append(note);
}

function taken(form, row, asset) {
  const said = asset.findings ?? [];
  if (asset.rendition) row.prepend(make("img", "", { className: "face", src: `/console/v1/assets/${asset.id}/thumbnail`, alt: asset.label }));
  row.append(make("p", said.length ? `Kept, with ${said.length} remark${said.length > 1 ? "s" : ""}:` : "Kept. Nothing stands against it."));
  for (const finding of said) row.append(make("p", finding.message, { className: `note ${{ E: "bad", W: "warn" }[finding.severity] ?? ""}` }));
  row.append(make("a", "Go on with it", { className: "button", href: form.dataset.then.replace("{id}", asset.id) }));
}

async function handIn(form, files) {
  const list = form.querySelector(".uploads");
  list.replaceChildren();
  form.querySelector(":scope > [role=alert]")?.remove();
  const outcomes = [];
  for (const file of files) {
    const row = make("li", "", { className: "stack" });
    const progress = make("progress", "", { max: 1, value: 0, ariaLabel: `Upload of ${file.name}` });
    row.append(make("strong", file.name), progress);
    list.append(row);
    const { ok, said } = await sent(form, file, progress);
    progress.remove();
    if (ok) taken(form, row, said);
    else if (files.length === 1) {
      row.remove();
      show(form, said);
    } else refused(row, said);
    if (ok) outcomes.push(said.id);
  }
  if (files.length === 1 && outcomes.length === 1) location.assign(form.dataset.then.replace("{id}", outcomes[0]));
}

function ready(form) {
  const input = form.elements.file;
  const zone = form.matches(".drop") ? form : form.querySelector(".drop");
  input.multiple = true;
  form.querySelector(".scripted").hidden = false;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    event.stopPropagation();
    handIn(form, [...input.files]);
  });
  form.addEventListener("dragover", (event) => {
    event.preventDefault();
    zone.classList.add("over");
  });
  for (const left of ["dragleave", "drop"]) form.addEventListener(left, () => zone.classList.remove("over"));
  form.addEventListener("drop", (event) => {
    event.preventDefault();
    const files = [...(event.dataTransfer?.files ?? [])];
    if (!files.length) return;
    input.files = event.dataTransfer.files;
    form.requestSubmit();
  });
}

document.querySelectorAll("form[data-upload]").forEach(ready);
