// Moments in words, where the reader is. A formatter takes longer to make than to use a hundred times, so each is made once.

const formatter = (options) => {
  const format = new Intl.DateTimeFormat([], options);
  return (at) => (at ? format.format(new Date(at)) : "");
};

export const clock = formatter({ hour: "2-digit", minute: "2-digit", second: "2-digit", hourCycle: "h23" });

export const exact = formatter({
  day: "numeric",
  month: "numeric",
  year: "numeric",
  hour: "2-digit",
  minute: "2-digit",
  second: "2-digit",
  hourCycle: "h23",
  timeZoneName: "short",
});

export const day = formatter({ day: "numeric", month: "short", year: "numeric" });

const inMinutes = formatter({ day: "numeric", month: "short", hour: "2-digit", minute: "2-digit", hourCycle: "h23" });

/** A moment of today by its time, an earlier or later one with its day. */
export const recent = (at) => (at && Math.abs(Date.now() - new Date(at)) < 64800000 ? clock(at) : inMinutes(at));
