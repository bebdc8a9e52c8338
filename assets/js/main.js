// Everything a signed-in page needs; the pages for signing in load login.js alone.

import "./store.js";
import "./login.js";
import "./notices.js";
import "./journal.js";
import "./clash.js";
import "./outbox.js";
import "./outbox_list.js";
import "./pill.js";
import "./connection.js";
import "./place.js";
import "./go.js";
import "./upload.js";
import "./paste.js";
import "./copy.js";
import "./keys.js";
import "./activity.js";

import { start } from "./core.js";

start();
