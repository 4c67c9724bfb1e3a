// The site's copy for use without a network, and what the page says of it: that the network is
// away, and that a new version waits. service_worker.js keeps the copy.

const byId = (id) => document.getElementById(id);
const { serviceWorker } = navigator; // none where the page came over plain http

let waiting = null; // a new version, kept whole
let renewing = false;
const written = Boolean(byId("unrendered")); // by Python, since no document arrived

export const away = () => !navigator.onLine || written;

// Says again what is so: the page's words may have been replaced.
export const tellOfNetwork = () => {
  byId("away").hidden = !away();
  byId("newer").hidden = !waiting;
};

// What some answers need was used: it is kept too.
export const used = () => serviceWorker?.controller?.postMessage("used");

export const keepCopy = async (address) => {
  if (!serviceWorker) return;
  try {
    const copy = await serviceWorker.register(address);
    const look = () => {
      waiting = serviceWorker.controller && copy.waiting;
      tellOfNetwork();
    };
    copy.addEventListener("updatefound", () => copy.installing?.addEventListener("statechange", look));
    copy.installing?.addEventListener("statechange", look);
    look();
  } catch (error) {
    console.info("not kept for use without a network:", error.message); // a private window, say
  }
};

serviceWorker?.addEventListener("controllerchange", () => renewing && location.reload());

document.addEventListener("click", ({ target }) => {
  if (target.id !== "renew" || !waiting) return;
  renewing = true;
  waiting.postMessage("take over");
});

addEventListener("online", tellOfNetwork);
addEventListener("offline", tellOfNetwork);
tellOfNetwork();
