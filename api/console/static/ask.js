// The preview follows the form: a while after the last key it is asked for again, and the older question is given up. What has the
// focus keeps it, and what was typed meanwhile stays. Rows of lines and shots come and go.

const WAIT = 400;
const form = document.getElementById("ask");
const panel = document.getElementById("preview");
const body = document.getElementById("preview-body");
const spoken = document.getElementById("preview-said");
let timer = null;
let asked = null;

let shown = null;

const NUMBERED = ["name", "id", "for", "aria-describedby", "data-rows", "data-add"];
const place = (field) => field.name.split(":")[0];
const ofReason = (field) => field.name.startsWith("accept.");

// What the preview is made of: the form, without what the preview itself adds to it.
const said = () => new URLSearchParams([...new FormData(form)].filter(([name]) => !["plan_digest", "ask.seen"].includes(name))).toString();

function later(wait = WAIT) {
  if (said() === shown && !panel.hasAttribute("aria-busy")) return;
  panel.setAttribute("aria-busy", "true");
  asked?.abort();
  clearTimeout(timer);
  timer = setTimeout(renew, wait);
}

async function renew() {
  const mine = (asked = new AbortController());
  const now = said();
  try {
    const answer = await fetch("/console/ask/preview", {
      method: "POST",
      body: now,
      headers: { Accept: "text/html", "Content-Type": "application/x-www-form-urlencoded" },
      signal: mine.signal,
    });
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    shown = now;
    put(answer.ok ? [...page.body.childNodes] : [...page.querySelectorAll("main > *")]);
  } catch (failed) {
    if (failed.name === "AbortError") return;
    tell("The service could not be reached. What you typed is still here.");
  }
  if (mine === asked) panel.removeAttribute("aria-busy");
}

function put(nodes) {
  const held = body.contains(document.activeElement) ? document.activeElement : null;
  const open = [...body.querySelectorAll("details[open] > summary")].map((summary) => summary.textContent);
  const typed = new Map([...body.querySelectorAll("textarea")].map((field) => [field.name, field]));
  body.replaceChildren(...nodes.map((node) => document.importNode(node, true)));
  for (const summary of body.querySelectorAll("summary")) if (open.includes(summary.textContent)) summary.parentElement.open = true;
  for (const field of body.querySelectorAll("textarea")) if (typed.has(field.name)) field.value = typed.get(field.name).value;
  if (held?.id) {
    const again = document.getElementById(held.id);
    again?.focus({ preventScroll: true });
    if (again?.tagName === "TEXTAREA") again.setSelectionRange(held.selectionStart, held.selectionEnd);
  }
  tell(body.querySelector("[data-said]")?.textContent ?? "");
}

function tell(text) {
  const said = text.replace(/\s+/g, " ").trim();
  if (spoken.textContent !== said) spoken.textContent = said;
}

// A change that a finding names, put into the fields: what stands there goes, what is said comes.
function apply(change) {
  for (const [where, text] of new URLSearchParams(change)) {
    for (const field of form.elements) {
      if (!field.name || !`${place(field)}.`.startsWith(`${where}.`) || field.type === "hidden") continue;
      if (field.type === "radio") field.checked = field.value === text;
      else if (field.type === "checkbox") field.checked = text !== "" && field.value === text;
      else field.value = text;
    }
  }
  later(0);
}

// Rows: one more is the last one, empty, with its own number; the shots' own rows of lines are renamed along.
function add(rows) {
  const list = document.querySelector(`[data-rows="${rows}"]`);
  const last = list?.lastElementChild;
  if (!last || list.children.length >= Number(list.dataset.most)) return;
  const number = list.children.length;
  const fresh = last.cloneNode(true);
  const rename = (text) => text.replace(`${rows}.${number - 1}.`, `${rows}.${number}.`);
  for (const one of [fresh, ...fresh.querySelectorAll("*")]) {
    for (const name of NUMBERED) if (one.hasAttribute(name)) one.setAttribute(name, rename(one.getAttribute(name)));
    if (one.matches("input[type=checkbox]")) one.checked = false;
    else if (one.matches("input:not([type=number]), textarea")) one.value = "";
    if (one.hasAttribute("data-number")) one.textContent = number + 1;
  }
  list.append(fresh);
  fresh.querySelector("select, textarea, input")?.focus();
}

function remove(row) {
  const list = row.parentElement;
  const beside = row.nextElementSibling ?? row.previousElementSibling;
  if (list.children.length > 1) row.remove();
  else for (const field of row.querySelectorAll("input, select, textarea")) if (field.type === "checkbox") field.checked = false; else field.value = "";
  beside?.querySelector("select, textarea, input")?.focus();
  renumber(list);
  later();
}

function renumber(list) {
  const rows = list.dataset.rows;
  [...list.children].forEach((row, number) => {
    for (const one of row.querySelectorAll("*")) {
      for (const name of NUMBERED) {
        const text = one.getAttribute(name);
        if (text?.startsWith(`${rows}.`) || text?.match(/^[fh]-/) && text.slice(2).startsWith(`${rows}.`)) {
          const head = text.slice(0, text.indexOf(rows) + rows.length + 1);
          one.setAttribute(name, head + text.slice(head.length).replace(/^\d+/, number));
        }
      }
      if (one.hasAttribute("data-number")) one.textContent = number + 1;
    }
  });
}

document.addEventListener("input", (event) => {
  if (event.target.form === form) later(ofReason(event.target) ? 2 * WAIT : WAIT);
});
document.addEventListener("change", (event) => {
  if (event.target.form === form) later(WAIT / 4);
});
document.addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button?.dataset.add) add(button.dataset.add);
  else if (button?.hasAttribute("data-remove")) remove(button.closest("li"));
});
form.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (button?.name === "ask.apply" && button.dataset.plain === undefined) {
    event.preventDefault();
    apply(button.value);
  } else if (button?.id === "look") {
    event.preventDefault();
    shown = null;
    later(0);
    panel.scrollIntoView({ block: "nearest" });
  } else if (button?.id === "go" && panel.getAttribute("aria-busy") === "true") {
    event.preventDefault();
    tell("The preview is being made again: look at it, then go on.");
  }
});
for (const one of document.querySelectorAll("[data-add], [data-remove], [data-scripted]")) one.hidden = false;
for (const one of document.querySelectorAll("[data-unscripted]")) one.hidden = true;
