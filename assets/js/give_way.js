// At the limit of devices: which one gives way. The password stays in its field, and goes along with the answer; nothing
// else ends a device from here.

import { make } from "./core.js";

const moment = new Intl.DateTimeFormat([], { day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });
const SIGN_IN_HERE = "Sign out there, sign in here";

/** The device that was not used for longest: the first choice of most. */
export function longestUnused(devices) {
  return devices.reduce((oldest, each) => (each.last_seen_at < oldest.last_seen_at ? each : oldest)).id;
}

/** Put the choice into a form for signing in, in place of its fields; asked again, with the devices there are now. */
export function askWhichEnds(form, devices) {
  askNothing(form);
  const first = longestUnused(devices);
  const back = make("button", { type: "button", class: "btn wide" }, "Back");
  const choice = make(
    "fieldset",
    { class: "give-way" },
    make("legend", {}, "Which device shall be signed out?"),
    ...devices.map((each) => row(each, each.id === first)),
    make("button", { type: "submit", class: "btn primary wide" }, SIGN_IN_HERE),
    back,
  );
  back.addEventListener("click", () => {
    askNothing(form);
    form.querySelector("[data-error]").textContent = "";
    form.querySelector("input[name=password]")?.focus();
  });
  form.dataset.choosing = "";
  form.append(choice);
  choice.querySelector("input:checked").focus();
}

/** Take the choice away and show the fields again. */
export function askNothing(form) {
  delete form.dataset.choosing;
  form.querySelector(".give-way")?.remove();
}

function row(device, isChosen) {
  const seen = make("time", { datetime: device.last_seen_at }, moment.format(new Date(device.last_seen_at)));
  return make(
    "label",
    {},
    make("input", { type: "radio", name: "instead_of", value: device.id, checked: isChosen }),
    make("span", {}, device.device || "A device without a name", make("span", { class: "meta" }, "last active ", seen)),
  );
}
