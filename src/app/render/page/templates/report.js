"use strict";
// Plays the answer and moves through it: by click, by touch and by keyboard. Without it, the browser's own player is there
// and the links lead to the words.
(() => {
  const byId = (id) => document.getElementById(id);
  const [audio, lanes, reading] = ["audio", "lanes", "reading"].map(byId);
  const words = [...document.querySelectorAll(".said .w[data-at]")];
  const starts = words.map((word) => Number(word.dataset.at));
  const ends = words.map((word) => Number(word.dataset.to));
  const duration = lanes ? Number(lanes.dataset.duration) : 0;
  if (!lanes && words.length === 0) return;

  const clock = (s) => Math.floor(s / 60) + ":" + String(Math.floor(s % 60)).padStart(2, "0");
  const bytes = (text) => Uint8Array.from(atob(text || ""), (c) => c.charCodeAt(0));
  const level = bytes(lanes?.dataset.level);
  const f0 = bytes(lanes?.dataset.f0);
  const median = Number(lanes?.dataset.median);

  // Which word sounds at a time: the last that has begun.
  const wordAt = (time) => {
    let [low, high] = [0, starts.length];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (starts[middle] <= time + 0.005) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  };

  let at = 0; // the moment, in seconds
  let pending = null; // where to go once the sound can
  let now = null; // the word that sounds
  let chosen = -1; // the word that the keyboard is at
  const scroller = byId("scroller");
  const strip = byId("strip");
  const cursor = byId("cursor");

  const show = (time, follow) => {
    at = Math.min(Math.max(time, 0), duration || time);
    if (lanes) {
      cursor.hidden = false;
      cursor.style.left = (100 * at) / duration + "%";
      byId("clock").textContent = clock(at) + " of " + clock(Math.round(duration));
      scroller.setAttribute("aria-valuenow", at.toFixed(1));
      const i = wordAt(at);
      scroller.setAttribute("aria-valuetext", clock(at) + (i >= 0 && at < ends[i] ? ", " + words[i].textContent : ""));
      if (follow && strip.clientWidth > scroller.clientWidth + 1) {
        const x = (at / duration) * strip.clientWidth - scroller.scrollLeft;
        if (x < 0 || x > scroller.clientWidth * 0.9) scroller.scrollLeft += x - scroller.clientWidth * 0.1;
      }
    }
    const i = wordAt(at);
    const word = i >= 0 && at <= ends[i] + 0.05 ? words[i] : null;
    if (word !== now) {
      now?.classList.remove("now");
      word?.classList.add("now");
      now = word;
    }
  };

  const seek = (time) => {
    show(time, true);
    if (!audio) return;
    if (audio.readyState > 0) audio.currentTime = at;
    else pending = at;
  };
  const start = () => audio?.play().catch(() => {});

  if (audio) {
    const play = byId("play");
    audio.controls = false;
    play.hidden = byId("speed-label").hidden = false;
    const tick = () => {
      show(audio.currentTime, true);
      if (!audio.paused) requestAnimationFrame(tick);
    };
    play.addEventListener("click", () => (audio.paused ? start() : audio.pause()));
    audio.addEventListener("play", () => {
      play.textContent = "Pause";
      requestAnimationFrame(tick);
    });
    audio.addEventListener("pause", () => (play.textContent = "Play"));
    audio.addEventListener("loadedmetadata", () => {
      if (pending !== null) audio.currentTime = pending;
      pending = null;
    });
    audio.addEventListener("error", () => {
      play.disabled = true;
      play.textContent = "Cannot play";
      play.title = "This browser cannot play the sound. A newer one can.";
    });
    byId("speed").addEventListener("change", (event) => (audio.playbackRate = Number(event.target.value)));
  }

  if (lanes) {
    const upright = strip.querySelector(".upright");
    const ticks = upright.querySelector('[data-lane="time"]');
    const tickY = ticks.firstElementChild.getAttribute("y");
    const names = [...upright.querySelectorAll(".name")].map((box) => {
      const text = box.firstElementChild;
      return { box, text, long: text.textContent, short: text.dataset.short };
    });
    const steps = [1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600];
    let zoom = 1;
    // So wide that a word can be seen, and not wider than a browser draws.
    const widest = () => Math.max(1, Math.min(120000, duration * 200) / scroller.clientWidth);

    // Times and names as fit: they are not stretched.
    const label = (width = strip.clientWidth) => {
      const step = steps.find((s) => (s / duration) * width >= 70) || 3600;
      const texts = [];
      for (let time = 0; time <= duration; time += step) {
        const text = document.createElementNS("http://www.w3.org/2000/svg", "text");
        text.setAttribute("x", (100 * time) / duration + "%");
        text.setAttribute("y", tickY);
        const x = (time / duration) * width;
        text.setAttribute("text-anchor", x < 14 ? "start" : x > width - 16 ? "end" : "middle");
        text.textContent = clock(time);
        texts.push(text);
      }
      ticks.replaceChildren(...texts);
      for (const name of names) {
        const room = (parseFloat(name.box.getAttribute("width")) / 100) * width - 8;
        const text = name.long.length * 7.2 <= room ? name.long : room >= 8 ? name.short : "";
        if (name.text.textContent !== text) name.text.textContent = text;
      }
    };
    const setZoom = (wanted, around = at) => {
      const x = (around / duration) * strip.clientWidth - scroller.scrollLeft;
      zoom = Math.min(Math.max(wanted, 1), widest());
      strip.style.width = 100 * zoom + "%";
      scroller.scrollLeft = (around / duration) * strip.clientWidth - x;
      label();
    };
    byId("zoom").hidden = false;
    byId("in").addEventListener("click", () => setZoom(zoom * 2));
    byId("out").addEventListener("click", () => setZoom(zoom / 2));
    byId("all").addEventListener("click", () => setZoom(1));
    new ResizeObserver(() => label()).observe(scroller);
    label();
    // Paper is about so wide.
    addEventListener("beforeprint", () => label(980));
    addEventListener("afterprint", () => label());

    const timeAt = (event) => {
      const box = strip.getBoundingClientRect();
      return Math.min(Math.max((event.clientX - box.left) / box.width, 0), 1) * duration;
    };
    const hover = byId("hover");
    const hush = () => {
      reading.hidden = hover.hidden = true;
    };
    strip.addEventListener("click", (event) => seek(timeAt(event)));
    scroller.addEventListener("pointerleave", hush);
    scroller.addEventListener("scroll", hush, { passive: true });
    strip.addEventListener("pointermove", (event) => {
      const time = timeAt(event);
      const i = Math.round(time * 100);
      const values = [(Math.floor(time * 10) / 10).toFixed(1).replace(/^(\d+)/, (s) => clock(Number(s)))];
      const title = event.target.closest("rect, path, g, svg")?.querySelector(":scope > title")?.textContent;
      if (title) values.push(title);
      if (i < level.length) values.push(level[i] / 2 - 120 + " dBFS");
      if (f0[i]) {
        const hz = 75 * Math.pow(8, (f0[i] - 1) / 254);
        const away = 12 * Math.log2(hz / median);
        values.push(hz.toFixed(0) + " Hz" + (median ? " (" + (away > 0 ? "+" : "") + away.toFixed(1) + " semitones)" : ""));
      }
      const word = wordAt(time);
      if (word >= 0 && time <= ends[word]) values.push("\u201c\u2068" + words[word].textContent + "\u2069\u201d");
      reading.textContent = values.join(" \u00b7 ");
      reading.hidden = hover.hidden = false;
      hover.style.left = (100 * time) / duration + "%";
      const box = reading.getBoundingClientRect();
      const left = Math.min(Math.max(event.clientX - box.width / 2, 6), document.documentElement.clientWidth - box.width - 6);
      reading.style.left = left + "px";
      reading.style.top = (event.clientY - box.height - 14 < 6 ? event.clientY + 20 : event.clientY - box.height - 14) + "px";
    });
    scroller.addEventListener(
      "wheel",
      (event) => {
        if (!event.ctrlKey) return;
        event.preventDefault();
        setZoom(zoom * Math.exp(-event.deltaY / 300), timeAt(event));
      },
      { passive: false },
    );
    scroller.addEventListener("keydown", (event) => {
      if (event.ctrlKey || event.altKey || event.metaKey) return;
      const step = event.shiftKey ? 5 : 1;
      const to = { ArrowLeft: at - step, ArrowDown: at - step, ArrowRight: at + step, ArrowUp: at + step, PageUp: at + 10, PageDown: at - 10, Home: 0, End: duration };
      if (event.key in to) seek(to[event.key]);
      else if (event.key === "+" || event.key === "=") setZoom(zoom * 2);
      else if (event.key === "-") setZoom(zoom / 2);
      else if (event.key === "0") setZoom(1);
      else if (event.key === "Enter" && audio) start();
      else return;
      event.preventDefault();
    });
  }

  for (const said of document.querySelectorAll(".said.timed")) {
    const own = [...said.querySelectorAll(".w[data-at]")];
    const first = words.indexOf(own[0]);
    if (first < 0) continue;
    const last = first + own.length - 1;
    const choose = (i) => {
      words[chosen]?.classList.remove("chosen");
      chosen = Math.min(Math.max(i, first), last);
      words[chosen].classList.add("chosen");
      words[chosen].scrollIntoView({ block: "nearest" });
    };
    const go = (i) => {
      seek(starts[i]);
      start();
    };
    said.addEventListener("click", (event) => {
      const i = words.indexOf(event.target.closest(".w"));
      if (i < 0 || String(getSelection())) return;
      chosen = i;
      go(i);
    });
    said.addEventListener("focus", () => {
      if (said.matches(":focus-visible")) choose(chosen < first || chosen > last ? wordAt(at) : chosen);
    });
    said.addEventListener("blur", () => words[chosen]?.classList.remove("chosen"));
    said.addEventListener("keydown", (event) => {
      if (event.target !== said || event.ctrlKey || event.altKey || event.metaKey) return;
      const line = () => words[Math.max(chosen, first)].closest(".told");
      const beside = (to) => {
        const word = to?.querySelector(".w[data-at]");
        return word ? words.indexOf(word) : chosen;
      };
      if (event.key === "ArrowRight") choose(chosen + 1);
      else if (event.key === "ArrowLeft") choose(chosen - 1);
      else if (event.key === "ArrowDown") choose(beside(line().nextElementSibling));
      else if (event.key === "ArrowUp") choose(beside(line().previousElementSibling));
      else if (event.key === "Home") choose(first);
      else if (event.key === "End") choose(last);
      else if (event.key === "Enter") go(Math.max(chosen, first));
      else return;
      event.preventDefault();
    });
  }

  // Links to a moment.
  document.addEventListener("click", (event) => {
    const link = event.target.closest("a[data-at]");
    if (!link) return;
    event.preventDefault();
    seek(Number(link.dataset.at));
    start();
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== " " || event.ctrlKey || event.altKey || event.metaKey || !audio) return;
    if (event.target.closest("button, select, summary, a, input")) return;
    event.preventDefault();
    if (audio.paused) start();
    else audio.pause();
  });
})();
