// Keeps the page for use without a network. The build fills in the list and its name.
//
// All that the first answer needs is kept when a visitor has seen one; what lies beside it
// (a model's page, numpy) is kept when first fetched. What is kept is served without asking,
// so that every file of a visit belongs to the same build; a new build is fetched behind the
// scenes, whole, and serves from the next visit on.

const BUILD = "tabfit-{{build}}";
const FILES = {{files}};
const NAMED_BY_CONTENT = /\/(code|runtime|snapshot|wheels)\//; // the same name is always the same file

const inScope = (path) => new URL(path, registration.scope).href;

// A file named by its content is taken from an older build's cache, or from what the page has
// just loaded; anything else is fetched anew.
const fetched = async (cache, url) => {
  const same = NAMED_BY_CONTENT.test(url);
  const older = same && (await caches.match(url, { ignoreSearch: true }));
  const answer = older || (await fetch(url, { cache: same ? "default" : "reload" }));
  if (!answer.ok) throw new Error(`${answer.status} ${url}`);
  await cache.put(url, answer);
};

addEventListener("install", (event) => {
  const keepAll = async () => {
    const cache = await caches.open(BUILD);
    await Promise.all(FILES.map((path) => fetched(cache, inScope(path))));
    await skipWaiting();
  };
  event.waitUntil(keepAll());
});

addEventListener("activate", (event) => {
  const dropOlder = async () => {
    const names = await caches.keys();
    const older = names.filter((name) => name.startsWith("tabfit-") && name !== BUILD);
    await Promise.all(older.map((name) => caches.delete(name)));
  };
  event.waitUntil(dropOlder());
});

const answered = async (request) => {
  const cache = await caches.open(BUILD);
  const kept = await cache.match(request, { ignoreSearch: true });
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok && answer.status === 200) await cache.put(request, answer.clone());
  return answer;
};

addEventListener("fetch", (event) => {
  const { request } = event;
  const ours = request.url.startsWith(registration.scope);
  if (ours && request.method === "GET") event.respondWith(answered(request));
});
