// Keeps the site for use without a network. The build fills in its name and the lists.
//
// FILES, all that any page needs, are kept whole once a visitor has seen a first answer; LATER,
// what only some answers need (numpy, the grid), once it was used. What is kept is served without
// asking, so that every file of a page belongs to one build. A page whose document is not kept comes
// from the network; where there is none, the shell takes its place and Python writes the page.
//
// A new build is fetched whole behind the scenes and waits: open tabs go on with theirs until the
// visitor says so, or has closed them all. A browser that has no room, or lets nothing be kept,
// loses nothing but this.

const BUILD = "tabfit-{{build}}";
const FILES = {{files}};
const LATER = {{later}};
const VIEWS = {{views}}; // which view writes the page of a folder
const MODELS = {{models}}; // each has a page of its own
const LANGUAGES = {{languages}};
const NAMED_BY_CONTENT = /\/(code|runtime|snapshot|wheels)\//; // the same name is always the same file

const inScope = (path) => new URL(path, registration.scope).href;
const OURS = new Set([...FILES, ...LATER].map(inScope));

// Keeping

// A file named by its content is taken from an older build's cache, or from what the page has
// just loaded; anything else is fetched anew.
const keep = async (cache, url) => {
  const same = NAMED_BY_CONTENT.test(url);
  const older = same && (await caches.match(url));
  const answer = older || (await fetch(url, { cache: same ? "default" : "reload" }));
  if (!answer.ok) throw new Error(`${answer.status} ${url}`);
  await cache.put(url, answer);
};

// What the browser has already fetched of LATER, or an older build has kept; nothing is asked for.
const keepUsed = async () => {
  const cache = await caches.open(BUILD);
  for (const url of LATER.map(inScope)) {
    if (await cache.match(url)) continue;
    const had = (await caches.match(url)) ?? (await fetch(url, { cache: "only-if-cached", mode: "same-origin" }).catch(() => null));
    if (had?.ok) await cache.put(url, had);
  }
};

const keepAll = async () => {
  try {
    const cache = await caches.open(BUILD);
    await Promise.all(FILES.map((path) => keep(cache, inScope(path))));
  } catch (error) {
    await caches.delete(BUILD).catch(() => {}); // never half a build
    throw error;
  }
};

// An older build's files stay for as long as a tab may still need them.
const dropOlder = async () => {
  const open = await clients.matchAll({ type: "window", includeUncontrolled: true });
  if (open.length > 1) return;
  const names = await caches.keys();
  const older = names.filter((name) => name.startsWith("tabfit-") && name !== BUILD);
  await Promise.all(older.map((name) => caches.delete(name)));
};

const quietly = (work) => work.catch((error) => console.info("not kept:", error.message)); // no room, say

addEventListener("install", (event) => event.waitUntil(keepAll()));

addEventListener("activate", (event) => {
  event.waitUntil(quietly(keepUsed().then(dropOlder)).then(() => clients.claim()));
});

addEventListener("message", (event) => {
  if (event.data === "take over") skipWaiting();
  if (event.data === "used") event.waitUntil(quietly(keepUsed()));
});

// Answering

const kept = async (url) => {
  try {
    const own = await (await caches.open(BUILD)).match(url);
    return own ?? (NAMED_BY_CONTENT.test(url) ? await caches.match(url) : undefined);
  } catch {
    return undefined; // a browser may refuse its storage: the network has it too
  }
};

const file = async (event, url) => {
  const found = event.request.cache === "no-store" ? undefined : await kept(url); // it may be damaged
  if (found) return found;
  const answer = await fetch(event.request);
  if (answer.status === 200 && OURS.has(url)) {
    const copy = answer.clone();
    event.waitUntil(quietly(caches.open(BUILD).then((cache) => cache.put(url, copy))));
  }
  return answer;
};

const page = async (event, url) => {
  event.waitUntil(quietly(dropOlder()));
  const path = url.slice(registration.scope.length).replace(/index\.html$/, "");
  return (await kept(inScope(path || "./"))) ?? fetch(event.request).catch(() => shell(path));
};

// Returns the document in which Python writes the page of a path.
const shell = async (path) => {
  const code = LANGUAGES.find((each) => path.startsWith(`${each}/`)) ?? "";
  const folder = code ? path.slice(code.length + 1) : path;
  const about = code ? undefined : MODELS.find((each) => folder === `m/${each}/`);
  const view = about ? VIEWS[""] : VIEWS[folder];
  if (!view && !path.endsWith("/")) return Response.redirect(inScope(`${path}/`));
  const answer = await kept(inScope(view ? `${code && `${code}/`}offline.html` : "404.html"));
  if (!answer) return Response.error();
  const places = { __root__: "../".repeat(path.split("/").length - 1) || "./", __view__: view, __about__: about ?? "" };
  const text = (await answer.text()).replace(/__(root|view|about)__/g, (place) => places[place]);
  return new Response(text, { status: view ? 200 : 404, headers: { "Content-Type": "text/html; charset=utf-8" } });
};

addEventListener("fetch", (event) => {
  const { request } = event;
  if (!request.url.startsWith(registration.scope) || request.method !== "GET") return;
  const { href, origin, pathname } = new URL(request.url);
  const asked = request.mode === "navigate" ? page(event, origin + pathname) : file(event, href.replace(/#.*/, ""));
  event.respondWith(asked);
});
