// The second script in the page's head: starts Python's worker at once.
//
// It asks for the large files and imports the interpreter, which starts Python and answers the page's
// questions. It becomes PyScript's worker when PyScript, which comes after the first answer, asks for
// one. What it tells the page is kept until somebody listens (`boot.heard`).

(() => {
  "use strict";
  let hear = null;
  const told = [];
  boot.heard = (act) => {
    hear = act;
    told.splice(0).forEach(act);
  };
  if (document.documentElement.dataset.state === "failed") return;

  // Runs in the worker. The first message brings the address of the script that PyScript wants to
  // run there. That script listens only a while after it has begun: what comes before is kept for
  // it, and given to it one message after the other.
  const begin = (interpreter, files) => {
    const { port1, port2 } = new MessageChannel();
    globalThis.questions = port1; // the interpreter answers them
    postMessage({ questions: port2 }, [port2]);
    globalThis.asked = Object.fromEntries(files.map((file) => [file, fetch(file)])); // for the interpreter
    for (const answer of Object.values(asked)) answer.catch(() => {});
    import(interpreter).catch(({ message }) => postMessage({ failure: message }));
    const kept = [];
    const keep = (event) => {
      if (!event.isTrusted) return; // given again
      event.stopImmediatePropagation();
      kept.push(event);
    };
    const give = () => {
      if (!kept.length) return removeEventListener("message", keep);
      const { data, ports } = kept.shift();
      dispatchEvent(new MessageEvent("message", { data, ports }));
      setTimeout(give);
    };
    const listen = addEventListener;
    const run = (event) => {
      event.stopImmediatePropagation();
      addEventListener("message", keep);
      globalThis.addEventListener = (type, act, how) => {
        listen(type, act, how);
        if (type !== "message" || !how?.once) return; // Pyodide listens too, but more than once
        globalThis.addEventListener = listen;
        setTimeout(give);
      };
      import(event.data).catch((error) => postMessage(error));
    };
    addEventListener("message", run, { once: true });
  };

  const { interpreter, early: large } = document.documentElement.dataset;
  const whole = (path) => JSON.stringify(new URL(path, document.baseURI));
  const script = `(${begin})(${whole(interpreter)}, [${large.split(" ").map(whole)}])`;
  const Plain = Worker;
  const early = new Plain(URL.createObjectURL(new Blob([script], { type: "text/javascript" })), { type: "module" });

  early.addEventListener("message", ({ data }) => (hear ? hear(data) : told.push(data)));

  // The first worker that is asked for is PyScript's.
  globalThis.Worker = function (script) {
    globalThis.Worker = Plain;
    early.postMessage(script);
    return Object.setPrototypeOf(early, new.target.prototype);
  };
  globalThis.Worker.prototype = Plain.prototype;
})();
