// A part of a page that follows events: `<section id="…" data-live="/console/v1/…/events">`. When something happens the page is asked
// for again, and the part takes the place of itself. It stops when its new self names no events any more, and says so to who listens.

const WAIT = 250;

function follow(part) {
  const events = new EventSource(part.dataset.live);
  let timer = null;
  const again = () => {
    clearTimeout(timer);
    timer = setTimeout(() => renew(part, events), WAIT);
  };
  events.onmessage = again;
  for (const name of (part.dataset.events ?? "").split(" ").filter(Boolean)) events.addEventListener(name, again);
  events.addEventListener("end", again);
  addEventListener("pagehide", () => events.close());
}

async function renew(part, events) {
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (!answer.ok) return;
  const page = new DOMParser().parseFromString(await answer.text(), "text/html");
  const fresh = page.getElementById(part.id);
  if (!fresh) return events.close();
  part.replaceChildren(...fresh.childNodes);
  if (!fresh.dataset.live) {
    events.close();
    delete part.dataset.live;
  }
}

document.querySelectorAll("[data-live]").forEach(follow);
