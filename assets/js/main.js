// Every script. Whoever loads them calls `start` when the page is drawn: what one says then, the others are there to hear.

import "./store.js";
import "./login.js";
import "./reauth.js";
import "./notices.js";
import "./journal.js";
import "./clash.js";
import "./gap.js";
import "./focus.js";
import "./vanished.js";
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
import "./palette.js";
import "./again.js";
import "./choose.js";
import "./found.js";
import "./sections.js";
import "./activity.js";
import "./ended.js";
import "./warm.js";

export { start } from "./core.js";
