// The first script of the page, in its head: keeps the visitor told.
//
// It says which stage of loading has begun, and shows one readable message with a Retry button
// when loading or answering fails in a way nobody caught. It knows nothing of the rest of the
// page but a few marks: <html data-state data-stage data-linked data-embedded>, #stage, #loaded, #failure and #retry.
// It also settles which language the page is to be in, so that its own words are in it, and keeps
// which controls were touched before page.js hears them.
// The first failure is final. Waiting too long is not: an answer that comes late is shown.

window.boot = (() => {
  "use strict";
  const patience = 60_000; // from one stage to the next; a slow phone on a slow network needs half
  const root = document.documentElement;
  const words = {{words}};
  let { stages, failures, rest, arrived, decimal } = words.en;
  let timer = 0;
  let picked = null;

  // The language wanted: the link's, the document's own unless it is English, the one chosen
  // before, the browser's first that there is.
  const linked = () => location.hash.match(/[#&]lang=([a-z]+)/)?.[1];
  const remembered = () => {
    try {
      return localStorage.getItem("language");
    } catch {
      return null; // a browser may refuse
    }
  };
  const wanted = () => {
    const own = root.lang === "en" ? null : root.lang;
    const theirs = navigator.languages.map((each) => each.split("-")[0].toLowerCase());
    return [linked(), own, remembered(), ...theirs].find((code) => code in words) ?? "en";
  };

  // A page that lies there in the language wanted is opened there; page.js translates the others.
  const move = () => {
    const there = root.dataset.languages.split(" ").includes(boot.language);
    if (root.lang !== "en" || boot.language === "en" || !there || !navigator.onLine) return;
    const home = new URL(root.dataset.root, location).pathname;
    const place = `${home}${boot.language}/${location.pathname.slice(home.length)}`;
    location.replace(place + location.search + location.hash);
  };

  const whenShown = (act) =>
    document.readyState === "loading" ? addEventListener("DOMContentLoaded", act) : act();

  const show = (kind, detail) =>
    whenShown(() => {
      const box = document.getElementById("failure");
      if (!box) return;
      const write = (part, text) => (box.querySelector(`[data-part=${part}]`).textContent = text);
      write("what", failures[kind]);
      write("rest", rest.true);
      write("detail", detail);
      box.dataset.kind = kind;
      box.hidden = false;
    });

  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      root.dataset.state = "slow";
      show("slow", `${rest.still} ${root.dataset.stage}`);
    }, patience);
  };

  const boot = {
    language: wanted(), // the one that the page is to be in
    linked, // the one that the link names
    chosen: () => picked ?? linked() ?? remembered(), // the one that somebody chose by hand
    choose(code) {
      boot.language = picked = code;
      try {
        localStorage.setItem("language", code);
      } catch {} // a browser may refuse: the link still carries it
    },
    speak(code) {
      boot.language = code;
      ({ stages, failures, rest, arrived, decimal } = words[code]);
      const line = document.getElementById("stage");
      if (line) line.textContent = stages[root.dataset.stage] ?? "";
    },
    stage(name) {
      if (root.dataset.state === "failed") return;
      root.dataset.stage = name;
      whenShown(() => {
        const line = document.getElementById("stage");
        if (line && root.dataset.state !== "failed") line.textContent = stages[root.dataset.stage];
      });
      wait();
    },
    // Python's memory as it arrives, unpacked: a bar over the foot of the screen that moves nothing.
    loaded(bytes, whole) {
      const box = document.getElementById("loaded");
      if (!box || root.dataset.state !== "loading") return;
      const megabytes = (count) => (count / 1e6).toFixed(1).replace(".", decimal);
      const text = arrived.replace("{done}", megabytes(bytes)).replace("{whole}", megabytes(whole));
      box.hidden = false;
      box.querySelector("progress").value = bytes / whole;
      box.querySelector("span").textContent = text;
      wait();
    },
    // What was chosen or typed before anything of the page could hear it.
    touched() {
      for (const kind of HEARD) removeEventListener(kind, touch, true);
      return [...controls];
    },
    ready() {
      if (root.dataset.state === "failed") return;
      boot.stage("ready");
      clearTimeout(timer);
      root.dataset.state = "ready";
      document.getElementById("failure").hidden = true;
    },
    beside: null, // takes failures of what sets itself up beside an answer that stands
    fail(kind, error) {
      if (root.dataset.state === "failed") return;
      clearTimeout(timer);
      root.dataset.state = "failed";
      show(kind, String(error?.message ?? error ?? "").trim().split("\n").pop());
    },
  };

  // A file that does not load gives an event without an error, on its own element only.
  addEventListener(
    "error",
    ({ target, error, message }) => {
      if (target === window) boot.fail("exception", error ?? message);
      else if (target.matches?.("script") && root.dataset.state !== "ready") boot.fail("file", target.src);
    },
    true,
  );
  const HEARD = ["input", "change"];
  const controls = new Set();
  const touch = ({ target }) => controls.add(target);
  for (const kind of HEARD) addEventListener(kind, touch, true);
  addEventListener("unhandledrejection", ({ reason }) => (boot.beside ?? boot.fail)("exception", reason));
  addEventListener("py:progress", wait);
  addEventListener("click", ({ target }) => {
    if (target.closest?.("#retry")) location.reload();
  });

  boot.speak(boot.language);
  move();
  root.dataset.linked = /[#&]view=/.test(location.hash);
  root.dataset.embedded = new URLSearchParams(location.search).has("embed");
  root.dataset.state = "loading";
  boot.stage("page");
  if (window.origin === "null") boot.fail("origin", location.origin); // no server, or a strict sandbox
  if (typeof WebAssembly !== "object") boot.fail("webassembly", "WebAssembly is not defined");
  return boot;
})();
