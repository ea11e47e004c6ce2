// A job, followed until it ends: by server-sent events, and by asking where they do not come through.
import { ask } from "./api.js";

const ASK_EVERY = 2000;

/** Calls `onphoto(photo)` for each that is done and `onjob(job)` with the counts; resolves at the end. */
export function follow(jobId, { onphoto, onjob }) {
  return new Promise((done) => {
    const stream = new EventSource(`/v1/jobs/${jobId}/events`);
    stream.addEventListener("photo", (event) => onphoto(JSON.parse(event.data)));
    stream.addEventListener("job", (event) => onjob(JSON.parse(event.data)));
    stream.addEventListener("end", () => { stream.close(); done(); });
    // It connects again by itself after a cut; only when it has given up do we ask.
    stream.onerror = () => { if (stream.readyState === EventSource.CLOSED) poll(jobId, { onphoto, onjob }).then(done); };
  });
}

async function poll(jobId, { onphoto, onjob }) {
  for (;;) {
    try {
      const job = await ask(`/v1/jobs/${jobId}`);
      for (const photo of await photosOf(jobId)) if (photo.progress === "done") onphoto(photo);
      onjob(job);
      if (job.listed && job.done >= job.total) return;
    } catch (error) {
      if ([401, 403, 404].includes(error.status)) return;
    }
    await new Promise((wait) => setTimeout(wait, ASK_EVERY));
  }
}

/** In the order in which they were handed in, as far as it is known. */
export async function photosOf(jobId, most = 1000) {
  const found = [];
  let after = "";
  do {
    const page = await ask(`/v1/photos?job=${jobId}&limit=200&after=${after}`);
    found.push(...page.items);
    after = page.next;
  } while (after && found.length < most);
  return found.reverse();
}
