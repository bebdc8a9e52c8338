// Files: chosen, dropped or pasted, sent to the REST route with progress. No file ever passes through an event of the
// page. The page offers #file-input, a button [data-action="attach"] that opens it (see early.js), and #uploads for what
// is on its way.

import { byId, define, make, on, parts, place, tell, watch } from "./core.js";
import { ask } from "./http.js";

export const LARGEST_BYTES = 25 * 1024 * 1024;
const MOST_AT_ONCE = 3;
const INPUT = "#file-input";

let uploads = [];
let running = 0;
let drawn = "";

/** Send files to the open workspace; a start page becomes a workspace first, because files belong to one. */
async function take(files) {
  if (!place() || !files.length) return;
  if (place().reader) return tell("notice", { key: "reader", text: "This workspace is somebody else's: files cannot be added to it." });
  for (const file of files) {
    const upload = { id: crypto.getRandomValues(new Uint32Array(2)).join("-"), name: file.name || "pasted file", file, progress: 0, state: "waiting", error: "" };
    if (!file.size) Object.assign(upload, { state: "failed", error: "This file is empty." });
    else if (file.size > LARGEST_BYTES) Object.assign(upload, { state: "failed", error: `Larger than ${LARGEST_BYTES / 1024 / 1024} MB.` });
    uploads.push(upload);
  }
  draw();
  try {
    const workspace = await workspaceForFiles();
    for (const upload of uploads) upload.workspace ??= workspace;
    next();
  } catch (problem) {
    for (const upload of uploads) if (upload.state === "waiting") Object.assign(upload, { state: "failed", error: problem.detail || "The server cannot be reached." });
    draw();
    tell("uploads-ended", {});
  }
}

let making = null;

async function workspaceForFiles() {
  const here = place();
  if (here.workspace) return here.workspace;
  making ??= ask("POST", "/api/sessions/", {}).then((answer) => (answer.user_session ?? answer).id);
  try {
    const workspace = await making;
    parts.journal?.moveTo(workspace);
    tell("go", { path: `/w/${workspace}`, workspace });
    return workspace;
  } finally {
    making = null;
  }
}

function next() {
  for (const upload of uploads) if (upload.state === "waiting" && upload.workspace && running < MOST_AT_ONCE) send(upload);
  draw();
}

function send(upload) {
  running += 1;
  upload.state = "sending";
  const request = new XMLHttpRequest();
  upload.request = request;
  const form = new FormData();
  form.append("workspace_id", upload.workspace);
  form.append("file", upload.file, upload.name);
  request.open("POST", "/api/assets/");
  request.responseType = "json";
  request.upload.addEventListener("progress", (event) => {
    if (event.lengthComputable) upload.progress = event.loaded / event.total;
    draw();
  });
  request.addEventListener("loadend", () => {
    running -= 1;
    ended(upload, request);
    next();
    if (!isUnderWay()) tell("uploads-ended", {});
  });
  request.send(form);
}

function ended(upload, request) {
  const answer = request.response;
  if (request.status === 201 && answer?.id) {
    uploads = uploads.filter((each) => each !== upload);
    attach(upload.workspace, answer);
  } else if (upload.state !== "cancelled") {
    upload.state = "failed";
    upload.error = answer?.detail ?? (request.status ? "The server did not take this file." : "The connection was lost.");
    if (request.status === 401) tell("signed-out", { reason: answer?.code });
  }
}

/** Whether a file is still on its way; a message that was sent meanwhile waits for it. */
function isUnderWay() {
  return uploads.some((each) => each.state === "waiting" || each.state === "sending");
}

/** The file goes with the next message of its workspace, when that is still open. */
function attach(workspace, asset) {
  const live = parts.journal?.live();
  if (live && (live.workspace === workspace || !live.workspace)) parts.journal.attach(asset);
  else later.push({ workspace, asset });
}

const later = [];

function remove(id) {
  const upload = uploads.find((each) => each.id === id);
  if (!upload) return;
  const isRunning = upload.state === "sending";
  upload.state = "cancelled";
  uploads = uploads.filter((each) => each !== upload);
  if (isRunning) upload.request.abort();
  draw();
}

function retry(id) {
  const upload = uploads.find((each) => each.id === id);
  if (upload) Object.assign(upload, { state: "waiting", error: "", progress: 0 });
  next();
}

function uploadChip(upload) {
  const percent = Math.round(upload.progress * 100);
  return make(
    "li",
    { class: "jb-chip", "data-state": upload.state },
    make("span", { dir: "auto" }, upload.name),
    upload.state === "failed" ? make("span", { class: "jb-error", role: "alert" }, upload.error) : make("progress", { max: "100", value: String(percent), "aria-label": `Uploading ${upload.name}` }),
    upload.state === "failed" && upload.file.size > 0 && upload.file.size <= LARGEST_BYTES && make("button", { type: "button", "data-upload-retry": upload.id }, "Try again"),
    make("button", { type: "button", "data-upload-remove": upload.id, "aria-label": `Remove ${upload.name}` }, "×"),
  );
}

function assetChip(asset) {
  return make("li", { class: "jb-chip" }, make("span", { dir: "auto" }, asset.name), make("button", { type: "button", "data-detach": asset.id, "aria-label": `Do not send ${asset.name}` }, "×"));
}

function draw() {
  const live = parts.journal?.live();
  for (const waiting of later.filter((each) => each.workspace === live?.workspace)) {
    later.splice(later.indexOf(waiting), 1);
    parts.journal.attach(waiting.asset);
  }
  const form = byId("composer-form");
  if (!form) return;
  let target = byId("uploads") ?? byId("script-uploads");
  const attached = live?.attachments ?? [];
  if (!target) {
    if (!uploads.length && !attached.length) return;
    target = make("div", { id: "script-uploads" });
    form.before(target);
  }
  const state = JSON.stringify([attached, uploads.map(({ id, progress, state: now, error }) => [id, Math.round(progress * 100), now, error])]);
  if (state === drawn && (target.firstChild || (!uploads.length && !attached.length))) return;
  drawn = state;
  const chips = [...attached.map(assetChip), ...uploads.map(uploadChip)];
  target.replaceChildren(...(chips.length ? [make("ul", { class: "jb-chips", "aria-label": "Files for the next message" }, ...chips)] : []));
}

function listen() {
  document.addEventListener("change", (event) => {
    if (event.target.matches?.(INPUT)) chosen();
  });
  document.addEventListener("click", (event) => {
    const data = event.target.closest?.("button, a")?.dataset ?? {};
    if (data.uploadRemove) remove(data.uploadRemove);
    else if (data.uploadRetry) retry(data.uploadRetry);
    else if (data.detach) parts.journal?.detach(data.detach);
  });
  document.addEventListener("dragover", (event) => {
    if (!hasFiles(event) || !place()) return;
    event.preventDefault();
    document.documentElement.dataset.dropping = "true";
  });
  document.addEventListener("dragleave", (event) => event.relatedTarget || delete document.documentElement.dataset.dropping);
  document.addEventListener("drop", (event) => {
    delete document.documentElement.dataset.dropping;
    if (!hasFiles(event) || !place()) return;
    event.preventDefault();
    take([...event.dataTransfer.files]);
  });
  on("attachments", draw);
  on("opened", draw);
  watch(() => {
    chosen();
    draw();
  });
}

/** Files may be chosen before the page knows whose they are; they wait in their field. */
function chosen() {
  const input = document.querySelector(INPUT);
  if (!input?.files.length || !place()) return;
  const files = [...input.files];
  input.value = "";
  take(files);
}

function hasFiles(event) {
  return [...(event.dataTransfer?.types ?? [])].includes("Files");
}

if (typeof document !== "undefined") listen();

define("upload", { isUnderWay, take, uploads: () => uploads });
