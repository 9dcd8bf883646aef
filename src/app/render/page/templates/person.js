"use strict";
// Plays each answer: a click on a word or a moment goes there, and the word that sounds is marked. Without it, the
// browser's own players are there.
(() => {
  const players = [...document.querySelectorAll("audio")];
  for (const audio of players) {
    const section = audio.closest("section");
    const words = [...section.querySelectorAll(".said .w[data-at]")];
    let now = null;
    const show = () => {
      const at = audio.currentTime;
      const word = words.findLast((w) => Number(w.dataset.at) <= at + 0.005);
      const sounding = word && at <= Number(word.dataset.to) + 0.05 ? word : null;
      if (sounding === now) return;
      now?.classList.remove("now");
      sounding?.classList.add("now");
      now = sounding;
    };
    const tick = () => {
      show();
      if (!audio.paused) requestAnimationFrame(tick);
    };
    // One answer sounds at a time.
    audio.addEventListener("play", () => {
      for (const other of players) if (other !== audio) other.pause();
      requestAnimationFrame(tick);
    });
    audio.addEventListener("seeked", show);
    section.addEventListener("click", (event) => {
      const moment = event.target.closest("[data-at]");
      if (!moment || (moment.tagName !== "A" && String(getSelection()))) return;
      event.preventDefault();
      const at = Number(moment.dataset.at);
      const go = () => {
        audio.currentTime = at;
        audio.play().catch(() => {});
      };
      if (audio.readyState > 0) go();
      else {
        audio.addEventListener("loadedmetadata", go, { once: true });
        audio.load();
      }
    });
  }
  // On paper everything is open.
  const closed = () => [...document.querySelectorAll("details:not([open])")];
  let opened = [];
  addEventListener("beforeprint", () => (opened = closed()).forEach((d) => (d.open = true)));
  addEventListener("afterprint", () => opened.forEach((d) => (d.open = false)));
})();
