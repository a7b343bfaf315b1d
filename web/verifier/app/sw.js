/* The installed page: kept whole at the first visit, answered from there ever after, never from the network. */
"use strict";

const VERSION = "%VERSION%"; // SHA-256 of the page: another page is another version
const FILES = ["./", "./manifest.webmanifest", "./icon.svg"];

self.addEventListener("install", (event) => {
  const kept = caches
    .open(VERSION)
    .then((cache) => cache.addAll(FILES.map((file) => new Request(file, { cache: "reload" }))));
  event.waitUntil(kept);
});

self.addEventListener("activate", (event) => {
  const gone = caches
    .keys()
    .then((names) => Promise.all(names.filter((name) => name !== VERSION).map((name) => caches.delete(name))));
  event.waitUntil(gone.then(() => self.clients.claim()));
});

// the page says so when the person does: never under somebody's hands
self.addEventListener("message", (event) => {
  if (event.data === "use") self.skipWaiting();
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const wanted = request.mode === "navigate" ? "./" : request;
  event.respondWith(caches.open(VERSION).then(async (cache) => (await cache.match(wanted)) ?? Response.error()));
});
