// The first script of the page, in its head: keeps the visitor told.
//
// It says which stage of loading has begun, and shows one readable message with a Retry button
// when loading or answering fails in a way nobody caught. It knows nothing of the rest of the
// page but four marks: <html data-state data-stage>, #stage, #failure and #retry.
// The first failure is final. Waiting too long is not: an answer that comes late is shown.

window.boot = (() => {
  "use strict";
  const patience = 60_000; // from one stage to the next; a slow phone on a slow network needs half
  const root = document.documentElement;
  const stages = {
    page: "Loading the page",
    python: "Loading Python: about 5 MB, once",
    estimator: "Loading the estimator",
    start: "Starting the estimator",
    device: "Asking the browser about this device",
    answer: "Working out the answer",
    ready: "Ready",
  };
  const failures = {
    webassembly: "This browser has WebAssembly switched off, and the estimator needs it.",
    file: "A file of this page did not arrive, so the estimator cannot start.",
    python: "Python did not start in this browser.",
    code: "The estimator's own code did not arrive whole, so it was not run.",
    exception: "The estimator came upon a fault of its own.",
    slow: "Loading takes longer than it should; it goes on, and may still succeed.",
  };
  const rest = "The answers already on this page stay true, and nothing you chose was lost.";
  let timer = 0;

  const whenShown = (act) =>
    document.readyState === "loading" ? addEventListener("DOMContentLoaded", act) : act();

  const show = (kind, detail) =>
    whenShown(() => {
      const box = document.getElementById("failure");
      if (!box) return;
      const write = (part, text) => (box.querySelector(`[data-part=${part}]`).textContent = text);
      write("what", failures[kind]);
      write("rest", rest);
      write("detail", detail);
      box.dataset.kind = kind;
      box.hidden = false;
    });

  const wait = () => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      root.dataset.state = "slow";
      show("slow", `still at: ${root.dataset.stage}`);
    }, patience);
  };

  const boot = {
    stage(name) {
      if (root.dataset.state === "failed") return;
      root.dataset.stage = name;
      whenShown(() => {
        const line = document.getElementById("stage");
        if (line && root.dataset.state !== "failed") line.textContent = stages[name];
      });
      wait();
    },
    ready() {
      if (root.dataset.state === "failed") return;
      boot.stage("ready");
      clearTimeout(timer);
      root.dataset.state = "ready";
      document.getElementById("failure").hidden = true;
    },
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
      else if (target.matches?.("script")) boot.fail("file", target.src);
    },
    true,
  );
  addEventListener("unhandledrejection", ({ reason }) => boot.fail("exception", reason));
  addEventListener("py:progress", wait);
  addEventListener("click", ({ target }) => {
    if (target.closest?.("#retry")) location.reload();
  });

  root.dataset.state = "loading";
  boot.stage("page");
  if (typeof WebAssembly !== "object") boot.fail("webassembly", "WebAssembly is not defined");
  return Object.freeze(boot);
})();
