// Footage that moves while it is pointed at or has the focus: a video with `data-moving`, or a picture in a link with `data-footage`.
// Who asked for reduced motion sees posters; a video's own controls work all the same.

const still = matchMedia("(prefers-reduced-motion: reduce)");

function begin(video) {
  if (!still.matches) video.play().catch(() => {});
}

function end(video) {
  video.pause();
  video.currentTime = 0;
}

function over(link) {
  const video = document.createElement("video");
  Object.assign(video, { src: link.dataset.footage, muted: true, loop: true, playsInline: true, tabIndex: -1 });
  video.setAttribute("aria-hidden", "true");
  link.append(video);
  begin(video);
}

function watch(place, enter, leave) {
  for (const name of ["mouseenter", "focusin"]) place.addEventListener(name, enter);
  for (const name of ["mouseleave", "focusout"]) place.addEventListener(name, leave);
}

for (const video of document.querySelectorAll("video[data-moving]")) {
  let by = false; // begun here, and not by who uses the controls
  watch(
    video.closest(".moving"),
    () => { if (video.paused) { by = true; begin(video); } },
    () => { if (by) end(video); by = false; },
  );
  video.addEventListener("click", () => (by = false));
}

for (const link of document.querySelectorAll("a[data-footage]")) {
  watch(
    link,
    () => { if (!still.matches && !link.querySelector("video")) over(link); },
    () => link.querySelector("video")?.remove(),
  );
}
