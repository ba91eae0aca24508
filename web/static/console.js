// What the desk adds to plain pages; without it everything still works.
"use strict";

// How long a new password is, while it is typed.
document.addEventListener("input", (event) => {
  const told = event.target.dataset && document.getElementById(event.target.dataset.strength);
  if (!told) return;
  const length = event.target.value.length;
  told.textContent = length === 0 ? "" : length < 10 ? told.dataset.weak : length < 16 ? told.dataset.fair : told.dataset.good;
});

// A menu closes on Escape, giving the focus back, and when the focus or a click goes elsewhere.
document.addEventListener("keydown", (event) => {
  const open = event.key === "Escape" && document.querySelector("details.menu[open]");
  if (!open) return;
  open.removeAttribute("open");
  open.querySelector("summary").focus();
});
for (const kind of ["click", "focusin"]) {
  document.addEventListener(kind, (event) => {
    for (const menu of document.querySelectorAll("details.menu[open]")) {
      if (!menu.contains(event.target)) menu.removeAttribute("open");
    }
  });
}
