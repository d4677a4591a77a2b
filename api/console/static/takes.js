// Several takes as one: they play, stop, step and sound together. Without this file each plays alone, by its own controls.

const APART = 0.08; // seconds that takes may drift apart before they are brought together again
const FRAME = 1 / 24;

const bar = document.querySelector("[data-together]");
const videos = [...document.querySelectorAll("video[data-take]")];
const part = (name) => bar.querySelector(`[data-${name}]`);
let running = false;
let timer = null;

const longest = () => Math.max(0, ...videos.map((video) => video.duration || 0));
const within = (video, moment) => Math.min(moment, video.duration || moment);
// The one that plays longest leads: it says what moment it is.
const lead = () => videos.reduce((one, other) => ((other.duration || 0) > (one.duration || 0) ? other : one), videos[0]);

function tell(moment) {
  part("moment").max = String(longest() || 1);
  part("moment").value = String(moment);
  part("clock").textContent = `${moment.toFixed(2)} s`;
}

function go(moment) {
  const at = Math.max(0, Math.min(moment, longest() || moment));
  for (const video of videos) video.currentTime = within(video, at);
  tell(at);
}

function keepTogether() {
  const moment = lead().currentTime;
  for (const video of videos) {
    const due = within(video, moment);
    if (Math.abs(video.currentTime - due) > APART) video.currentTime = due;
    if (video.paused && !video.ended && due < (video.duration || 0)) video.play().catch(() => {});
  }
  tell(moment);
  if (!lead().ended) return;
  if (part("loop").checked) start(0);
  else stop();
}

async function start(moment) {
  running = true;
  part("play").textContent = "Stop all";
  go(moment);
  // None begins before all can: the first frames would be lost for the slow ones.
  await Promise.all(videos.map(ready));
  if (!running) return;
  await Promise.allSettled(videos.map((video) => video.play()));
  clearInterval(timer);
  timer = setInterval(keepTogether, 100);
}

function ready(video) {
  if (video.readyState >= HTMLMediaElement.HAVE_FUTURE_DATA || video.error) return undefined;
  return new Promise((done) => {
    for (const name of ["canplay", "error"]) video.addEventListener(name, done, { once: true });
    video.preload = "auto";
    if (video.readyState === HTMLMediaElement.HAVE_NOTHING) video.load();
  });
}

function stop() {
  running = false;
  clearInterval(timer);
  videos.forEach((video) => video.pause());
  // While they play they may be a little apart; what stands is looked at frame by frame.
  go(lead().currentTime);
  part("play").textContent = "Play all";
}

function hear(id) {
  for (const video of videos) video.muted = video.dataset.take !== id;
}

function seekLinks() {
  for (const link of document.querySelectorAll("a[data-seek]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      stop();
      go(Number(link.dataset.seek));
      link.closest(".take").querySelector("video").scrollIntoView({ block: "nearest" });
    });
  }
}

// A note is about the moment that is on the screen when its form is opened; it can be typed over.
function noteMoments() {
  for (const field of document.querySelectorAll("input[data-now]")) {
    field.closest("details").addEventListener("toggle", (event) => {
      const video = event.target.closest(".take").querySelector("video");
      if (event.target.open && video && video.currentTime > 0) field.value = video.currentTime.toFixed(2);
    });
  }
}

if (bar && videos.length) {
  part("play").addEventListener("click", () => (running ? stop() : start(lead().ended ? 0 : lead().currentTime)));
  for (const button of bar.querySelectorAll("[data-step]")) {
    button.addEventListener("click", () => {
      const moment = lead().currentTime;
      stop();
      go(moment + FRAME * Number(button.dataset.step));
    });
  }
  part("moment").addEventListener("input", (event) => go(Number(event.target.value)));
  part("speed").addEventListener("change", (event) => videos.forEach((video) => (video.playbackRate = Number(event.target.value))));
  part("hear").addEventListener("change", (event) => hear(event.target.value));
  videos.forEach((video) => video.addEventListener("loadedmetadata", () => tell(lead().currentTime)));
  hear("");
  tell(0);
  seekLinks();
  noteMoments();
  bar.hidden = false;
}
