// A note's time code leads there without asking for the page again; where the footage stands can be taken into a note.
// Without this file the time code is a link to the page with the footage at that time, and times are typed by hand.

const footage = document.getElementById("footage");

if (footage) {
  for (const link of document.querySelectorAll("a[data-at]")) {
    link.addEventListener("click", (event) => {
      event.preventDefault();
      footage.currentTime = Number(link.dataset.at) / 1_000_000;
      footage.scrollIntoView({ block: "nearest" });
      footage.focus();
    });
  }
  const take = document.getElementById("take-time");
  if (take) {
    take.hidden = false;
    take.addEventListener("click", () => {
      document.querySelector('[name="at_us:seconds"]').value = footage.currentTime.toFixed(2);
    });
  }
}
