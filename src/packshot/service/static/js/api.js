// Calls of the REST door from a page: with the token that proves the page is ours, and problems told to people.

export class Problem extends Error {
  constructor(status, body, after = 0) {
    super([body.detail, body.cure].filter(Boolean).join(" "));
    this.status = status;
    this.after = after;   // seconds to wait before the same is sent again
    this.body = body;
  }
}

const csrf = () => document.querySelector('meta[name="csrf"]')?.content ?? "";

/** A sentence that the server wrote into `<div id="words" data-…>`, with its {fields} filled. */
export function words(name, values = {}) {
  const text = document.getElementById("words")?.dataset[name] ?? "";
  return text.replace(/\{(\w+)\}/g, (whole, field) => String(values[field] ?? whole));
}

export const headers = () => ({
  "X-CSRF-Token": csrf(),
  "Accept-Language": document.documentElement.lang,
  Accept: "application/json, application/problem+json",
});

/** JSON of an answer; throws a Problem, whose message is for people. */
export async function ask(path, { method = "GET", json, form, key, signal, keepalive = false } = {}) {
  const head = headers();
  if (json !== undefined) head["Content-Type"] = "application/json";
  if (key) head["Idempotency-Key"] = key;
  let answer;
  try {
    answer = await fetch(path, {
      method, signal, keepalive, headers: head, credentials: "same-origin", body: json === undefined ? form : JSON.stringify(json),
    });
  } catch (error) {
    if (error.name === "AbortError") throw error;
    throw new Problem(0, { detail: words("offline") });
  }
  return read(answer.status, await answer.text(), answer.headers.get("Retry-After"));
}

/** A form sent with a sign of how far it is: `onprogress(sent, total)` in bytes. */
export function send(path, form, onprogress, signal) {
  return new Promise((done, fail) => {
    const call = new XMLHttpRequest();
    call.open("POST", path);
    for (const [name, value] of Object.entries(headers())) call.setRequestHeader(name, value);
    call.upload.onprogress = (event) => event.lengthComputable && onprogress(event.loaded, event.total);
    call.onerror = () => fail(new Problem(0, { detail: words("offline") }));
    call.onabort = () => fail(new DOMException("", "AbortError"));
    call.onload = () => { try { done(read(call.status, call.responseText, call.getResponseHeader("Retry-After"))); } catch (error) { fail(error); } };
    signal?.addEventListener("abort", () => call.abort());
    call.send(form);
  });
}

function read(status, text, after) {
  let body = {};
  try { body = text ? JSON.parse(text) : {}; } catch { /* a proxy's page: its status says enough */ }
  if (status >= 200 && status < 300) return body;
  throw new Problem(status, body.detail ? body : { detail: words(status === 401 ? "signedOut" : "failed") }, Number(after) || 0);
}
