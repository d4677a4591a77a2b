// A form tells what was refused beside its fields, instead of on a page of its own; a dialog of a browser asks before what cannot be
// taken back. Without this file everything works the same, a page at a time.

const told = (form) => {
  let place = form.querySelector(":scope > [role=alert]");
  if (!place) {
    place = document.createElement("div");
    place.className = "note bad";
    place.setAttribute("role", "alert");
    form.append(place);
  }
  return place;
};

// A place in the request, as the form calls it: by the words beside its field, where it has one.
const called = (form, path) => {
  const place = path.replace(/^\$\.?/, "").replace(/\[(\d+)\]/g, ".$1");
  const field = [...form.elements].find((one) => one.name && one.name.split(":")[0] === place && one.type !== "hidden");
  const words = [...(field?.labels?.[0]?.childNodes ?? [])].find((one) => one.nodeType === Node.TEXT_NODE && one.data.trim());
  return words?.data.trim() ?? place;
};

const line = (tag, text) => {
  const element = document.createElement(tag);
  element.textContent = text;
  return element;
};

// What is refused in one sentence: of a request with mistakes how many there are, as each is said by itself.
const opened = (form, problem) => {
  const count = problem.errors?.length ?? 0;
  if (problem.code === "invalid-request" && count) return count === 1 ? "One thing is to be set right:" : `${count} things are to be set right:`;
  return problem.detail || problem.title || "Something failed.";
};

export function show(form, problem) {
  const place = told(form);
  place.replaceChildren(line("strong", opened(form, problem)));
  for (const error of problem.errors ?? []) place.append(line("p", `${called(form, error.path)}: ${error.message}`));
  for (const finding of problem.findings ?? []) {
    place.append(line("p", `${finding.rule ?? finding.code ?? ""} ${finding.message ?? ""} ${finding.hint ?? ""}`.trim()));
  }
  if (problem.hint && problem.code !== "invalid-request") place.append(line("p", problem.hint));
  for (const field of form.elements) {
    const name = field.name?.split(":")[0];
    const wrong = (problem.errors ?? []).some((error) => error.path.replace(/^\$\.?/, "").replace(/\[(\d+)\]/g, ".$1") === name);
    field.toggleAttribute?.("aria-invalid", false);
    if (name && wrong) field.setAttribute("aria-invalid", "true");
  }
  place.tabIndex = -1;
  place.focus();
}

async function send(form, submitter) {
  const data = new FormData(form, submitter);
  const upload = form.enctype === "multipart/form-data";
  const answer = await fetch(submitter?.formAction && submitter.hasAttribute("formaction") ? submitter.formAction : form.getAttribute("action"), {
    method: "POST",
    body: upload ? data : new URLSearchParams(data),
    headers: { Accept: "application/json" },
  });
  const said = await answer.json();
  if (!answer.ok) return show(form, said);
  const next = new URL(said.location, location.href);
  if (next.pathname === location.pathname && next.search === location.search) {
    history.replaceState(null, "", next);
    location.reload();
  } else location.assign(next);
}

// A field may be called `action` and hides the form's own, so that is read as it was written.
document.addEventListener("submit", async (event) => {
  const form = event.target;
  const question = event.submitter?.dataset.sure ?? form.dataset.sure;
  if (question && !confirm(question)) return event.preventDefault();
  if (!form.getAttribute("action")?.includes("/console/do?") || form.dataset.plain !== undefined) return;
  event.preventDefault();
  const buttons = [...form.querySelectorAll("button")];
  buttons.forEach((button) => (button.disabled = true));
  try {
    await send(form, event.submitter);
  } catch {
    show(form, { detail: "The service could not be reached.", hint: "Nothing is lost: send it again in a moment." });
  } finally {
    buttons.forEach((button) => (button.disabled = false));
  }
});
