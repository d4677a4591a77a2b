// The feed follows the log: `<section data-tail="…/events/stream" data-after="41">`. An event only says that there is something;
// the rows come from the page itself, which knows names and sentences. It can be paused, and says now and then how many came.

const GATHER = 1000;
const SAY = 5000;
const MOST = 300;

const section = document.querySelector("[data-tail]");
if (section) follow(section);

function follow(section) {
  const asked = new URLSearchParams(location.search);
  const wanted = new URLSearchParams([...asked].filter(([name, said]) => said && ["stream", "type", "actor"].includes(name)));
  const list = section.querySelector("ol");
  const controls = section.querySelector("[data-controls]");
  const button = controls.querySelector("button");
  const status = controls.querySelector("[role=status]");
  let after = Number(section.dataset.after);
  let newest = after;
  let paused = false;
  let reading = false;
  let came = 0;
  let timer = null;
  let saying = null;

  const say = (text) => {
    clearTimeout(saying);
    saying = null;
    status.textContent = text;
  };
  const sayLater = () => {
    saying ??= setTimeout(() => {
      say(paused ? "Paused, newer events wait." : `${came} new ${came === 1 ? "event" : "events"}. Following the log.`);
      came = 0;
    }, SAY);
  };

  const read = async () => {
    timer = null;
    if (paused || reading || newest <= after) return;
    reading = true;
    try {
      const rows = await rowsAfter(after, wanted);
      for (const row of rows) {
        row.classList.add("fresh");
        list.prepend(row);
        after = Math.max(after, Number(row.dataset.position));
      }
      if (!rows.length) after = newest;
      came += rows.length;
      while (list.children.length > MOST) list.lastElementChild.remove();
      if (rows.length) {
        section.querySelector(".empty")?.remove();
        sayLater();
      }
    } catch {
      say("The log could not be read. It is tried again with the next event.");
    } finally {
      reading = false;
      if (newest > after) timer ??= setTimeout(read, GATHER);
    }
  };

  const events = new EventSource(`${section.dataset.tail}?${new URLSearchParams([...wanted, ["after", after]])}`);
  events.onmessage = (message) => {
    newest = Math.max(newest, Number(message.lastEventId));
    if (paused) sayLater();
    else timer ??= setTimeout(read, GATHER);
  };
  events.onerror = () => {
    if (events.readyState === EventSource.CLOSED) say("No longer following: reload the page, or sign in again.");
  };
  addEventListener("pagehide", () => events.close());

  button.addEventListener("click", () => {
    paused = !paused;
    button.setAttribute("aria-pressed", String(paused));
    say(paused ? "Paused." : "Following the log.");
    if (!paused) read();
  });
  controls.hidden = false;
}

async function rowsAfter(after, wanted) {
  const query = new URLSearchParams([...wanted, ["after", after], ["sort", "oldest"]]);
  const answer = await fetch(`${location.pathname}?${query}`, { headers: { Accept: "text/html" } });
  if (!answer.ok || answer.redirected) throw new Error(answer.statusText);
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  return [...page.querySelectorAll("ol.events > li")].map((row) => document.adoptNode(row));
}
