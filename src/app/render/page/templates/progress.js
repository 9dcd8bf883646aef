
"use strict";
// Hover, click and keyboard for the charts. Without it, a click on a point goes to the answer's line in the table.
(() => {
  const byId = (id) => document.getElementById(id);
  const charts = [...document.querySelectorAll(".chart svg")];
  const headings = [...document.querySelectorAll(".answers thead th")].map((th) => [th.textContent, th.title]);
  const reading = byId("reading");
  const detail = byId("detail");
  let opener = null;

  // The point of a chart that is nearest to the pointer, left and right.
  const nearest = (points, event) => {
    let best = null;
    let least = Infinity;
    for (const point of points) {
      const box = point.firstElementChild.getBoundingClientRect();
      const away = Math.abs(box.left + box.width / 2 - event.clientX);
      if (away < least) [best, least] = [point, away];
    }
    return best;
  };

  const mark = (name, point) => {
    for (const old of document.querySelectorAll("." + name)) old.classList.remove(name);
    if (!point) return;
    for (const same of document.querySelectorAll('.chart a[data-id="' + point.dataset.id + '"]')) same.classList.add(name);
  };

  // Says what a point is, above it, or below where there is no room.
  const read = (point) => {
    reading.textContent = point.getAttribute("aria-label");
    reading.hidden = false;
    const spot = point.firstElementChild.getBoundingClientRect();
    const box = reading.getBoundingClientRect();
    const left = Math.min(Math.max(spot.left + spot.width / 2 - box.width / 2, 6), document.documentElement.clientWidth - box.width - 6);
    const above = spot.top - box.height - 8;
    reading.style.left = left + "px";
    reading.style.top = (above < 6 ? spot.bottom + 8 : above) + "px";
    mark("near", point);
  };

  const hush = () => {
    reading.hidden = true;
    mark("near", null);
  };

  const open = (point) => {
    const row = byId("answer-" + point.dataset.id);
    if (!row) return;
    opener = point;
    hush();
    mark("chosen", point);
    row.classList.add("chosen");
    const cells = [...row.cells].map((cell) => cell.textContent);
    byId("detail-title").textContent = "Answer " + cells[0] + ", " + cells[1];
    byId("detail-question").textContent = row.dataset.question || row.dataset.file;
    byId("detail-command").textContent = "aloud history show " + cells[0];
    const values = byId("detail-values");
    values.replaceChildren();
    for (let i = 3; i < cells.length; i++) {
      const pair = document.createElement("div");
      const name = document.createElement("dt");
      const value = document.createElement("dd");
      name.textContent = headings[i][0];
      value.textContent = cells[i] === "-" ? "not measured" : cells[i] + (cells[i].includes(":") ? "" : " " + headings[i][1]);
      pair.append(name, value);
      values.append(pair);
    }
    detail.hidden = false;
  };

  const close = () => {
    detail.hidden = true;
    mark("chosen", null);
    if (opener) opener.focus();
    opener = null;
  };

  for (const svg of charts) {
    const points = [...svg.querySelectorAll("a")];
    if (points.length === 0) continue;
    const go = (point) => {
      for (const other of points) other.setAttribute("tabindex", other === point ? "0" : "-1");
      point.focus();
    };
    svg.addEventListener("pointermove", (event) => read(nearest(points, event)));
    svg.addEventListener("pointerleave", hush);
    svg.addEventListener("click", (event) => {
      event.preventDefault();
      open(event.target.closest("a") || nearest(points, event));
    });
    // On the figure: Chromium lets one tab to a drawing that listens for focus itself.
    const figure = svg.closest(".chart");
    figure.addEventListener("focusout", hush);
    figure.addEventListener("focusin", (event) => {
      const point = event.target.closest("a");
      if (point) read(point);
    });
    svg.addEventListener("keydown", (event) => {
      const at = points.indexOf(event.target.closest("a"));
      if (at < 0) return;
      const to = { ArrowLeft: at - 1, ArrowRight: at + 1, Home: 0, End: points.length - 1 }[event.key];
      if (to !== undefined) {
        event.preventDefault();
        go(points[Math.min(Math.max(to, 0), points.length - 1)]);
      } else if (event.key === "Enter" || event.key === " ") {
        event.preventDefault();
        open(points[at]);
        detail.focus();
      }
    });
  }
  addEventListener("scroll", hush, { passive: true });
  byId("close").addEventListener("click", close);
  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape" && !detail.hidden) close();
  });
})();
