// A button that copies what stands in an element: `<button hidden data-copies="id">`. Where there is no clipboard it stays hidden.

for (const button of document.querySelectorAll("[data-copies]")) {
  const source = document.getElementById(button.dataset.copies);
  if (!source || !navigator.clipboard) continue;
  button.hidden = false;
  button.addEventListener("click", async () => {
    const told = document.getElementById("copied");
    try {
      await navigator.clipboard.writeText(source.textContent.trim());
      told.textContent = "Copied.";
    } catch {
      getSelection().selectAllChildren(source);
      told.textContent = "Press Ctrl+C: it is selected.";
    }
  });
}
