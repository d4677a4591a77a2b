// A part of a page that follows events: `<section id="…" data-live="/console/v1/…/events">`. When something happens the page is asked
// for again, and the part takes the place of itself; with `data-again="5"` also every so many seconds, for what the events do not tell.
// It follows what its new self names, and stops when that names no events any more. What has the focus keeps it, a text that is being
// written is waited for, and what is settled (`data-settled`, with an id) stays as it is: a film goes on playing.

const WAIT = 250;

function follow(part) {
  let events = null;
  let timer = null;
  let rest = null;
  const later = (wait) => {
    clearTimeout(timer);
    timer = setTimeout(again, wait);
  };
  const open = (address) => {
    events?.close();
    events = address ? new EventSource(address) : null;
    if (!events) return;
    const news = () => later(WAIT);
    events.onmessage = news;
    for (const name of (part.dataset.events ?? "").split(" ").filter(Boolean)) events.addEventListener(name, news);
    events.addEventListener("end", news);
  };
  const path = (address) => address?.split("?")[0];
  const again = async () => {
    clearTimeout(rest);
    if (!writing(part)) {
      const fresh = await asked(part.id);
      if (fresh) {
        put(part, fresh);
        if (path(fresh.dataset.live) !== path(part.dataset.live)) {
          open(fresh.dataset.live);
          if (fresh.dataset.live) part.dataset.live = fresh.dataset.live;
          else delete part.dataset.live;
        }
      }
    }
    repeat();
  };
  const repeat = () => {
    const seconds = Number(part.dataset.again);
    if (part.dataset.live && (seconds || writing(part))) rest = setTimeout(() => (document.hidden ? repeat() : again()), (seconds || 1) * 1000);
  };
  open(part.dataset.live);
  repeat();
  addEventListener("pagehide", () => events?.close());
}

function writing(part) {
  const field = document.activeElement;
  return part.contains(field) && field.matches("input, textarea, select");
}

async function asked(id) {
  try {
    const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
    if (!answer.ok) return null;
    return new DOMParser().parseFromString(await answer.text(), "text/html").getElementById(id);
  } catch {
    return null;
  }
}

function put(part, fresh) {
  const held = part.contains(document.activeElement) ? document.activeElement.id : "";
  const open = new Set([...part.querySelectorAll("details[open] > summary")].map(named));
  const settled = [...part.children].filter((one) => one.id && one.dataset.settled !== undefined);
  const nodes = [...fresh.childNodes].map((node) => settled.find((one) => node.id === one.id && node.dataset.settled !== undefined) ?? node);
  part.replaceChildren(...nodes);
  for (const summary of part.querySelectorAll("summary")) if (open.has(named(summary))) summary.parentElement.open = true;
  if (held) document.getElementById(held)?.focus({ preventScroll: true });
}

// A fold is known by its words and by what it stands in.
const named = (summary) => `${summary.closest("[id]")?.id ?? ""} ${summary.textContent}`;

document.querySelectorAll("[data-live]").forEach(follow);
