// A file that is dropped is looked up at once, and the bar says how much of it is sent. The answer is the page's own, put in place.

const form = document.querySelector("[data-lookup]");
const input = form.querySelector("input[type=file]");
const place = form.querySelector("[data-progress]");
const bar = place.querySelector("progress");
const status = place.querySelector("[role=status]");
const button = form.querySelector("button");

function look(file) {
  const data = new FormData();
  data.append("file", file);
  const asked = new XMLHttpRequest();
  asked.open("POST", form.action);
  asked.setRequestHeader("Accept", "text/html");
  asked.upload.onprogress = ({ loaded, total }) => {
    bar.value = (100 * loaded) / total;
    status.textContent = loaded < total ? `Sending ${file.name}` : "Looking into it";
  };
  asked.upload.onload = () => bar.removeAttribute("value");
  asked.onload = () => show(asked, file);
  asked.onerror = () => done("The service could not be reached. Try it again in a moment.");
  button.disabled = true;
  bar.value = 0;
  status.textContent = `Sending ${file.name}`;
  place.hidden = false;
  asked.send(data);
}

function show(asked, file) {
  const page = new DOMParser().parseFromString(asked.responseText, "text/html");
  const fresh = page.getElementById("answer");
  if (!fresh) return done(page.querySelector("[role=alert]")?.textContent ?? "Something failed.");
  document.getElementById("answer").replaceWith(document.adoptNode(fresh));
  done(`${file.name} was looked up.`);
  document.getElementById("answer-title").focus();
}

function done(text) {
  button.disabled = false;
  bar.value = 100;
  status.textContent = text;
}

form.addEventListener("submit", (event) => {
  event.preventDefault();
  if (input.files.length) look(input.files[0]);
});
for (const name of ["dragenter", "dragover"]) {
  form.addEventListener(name, (event) => {
    event.preventDefault();
    form.classList.add("over");
  });
}
for (const name of ["dragleave", "drop"]) form.addEventListener(name, () => form.classList.remove("over"));
form.addEventListener("drop", (event) => {
  event.preventDefault();
  if (event.dataTransfer.files.length) look(event.dataTransfer.files[0]);
});
