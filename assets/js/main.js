// Every script, and then the start: what one of them says at its beginning, the others are there to hear.

import "./store.js";
import "./login.js";
import "./reauth.js";
import "./notices.js";
import "./journal.js";
import "./clash.js";
import "./gap.js";
import "./focus.js";
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

import { start } from "./core.js";

start();
