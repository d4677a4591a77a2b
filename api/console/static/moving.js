// Footage that moves while it is pointed at or has the focus: a video with `data-moving`, or a picture in a link with `data-footage`.
// A click, Enter or the space bar stops it and lets it go on. Who asked for reduced motion keeps posters, and a video its controls.

const still = matchMedia("(prefers-reduced-motion: reduce)");

const begin = (video) => video.play().catch(() => {});

function watch(place, enter, leave) {
  for (const name of ["mouseenter", "focusin"]) place.addEventListener(name, enter);
  for (const name of ["mouseleave", "focusout"]) place.addEventListener(name, leave);
}

function thumbnail(video) {
  // Its controls would hide half of so small a picture.
  video.controls = false;
  video.tabIndex = 0;
  watch(
    video,
    () => begin(video),
    () => { if (!video.matches(":hover, :focus")) video.load(); },
  );
  const turn = () => (video.paused ? begin(video) : video.pause());
  video.addEventListener("click", turn);
  video.addEventListener("keydown", (event) => {
    if (event.key !== " " && event.key !== "Enter") return;
    event.preventDefault();
    turn();
  });
}

function over(link) {
  const video = document.createElement("video");
  Object.assign(video, { src: link.dataset.footage, muted: true, loop: true, playsInline: true, tabIndex: -1 });
  video.setAttribute("aria-hidden", "true");
  link.append(video);
  begin(video);
}

if (!still.matches) {
  document.querySelectorAll("video[data-moving]").forEach(thumbnail);
  for (const link of document.querySelectorAll("a[data-footage]")) {
    watch(
      link,
      () => { if (!link.querySelector("video")) over(link); },
      () => { if (!link.matches(":hover, :focus")) link.querySelector("video")?.remove(); },
    );
  }
}
