// The live feed. While a chat is on screen and the page is visible, the feed says so and the simulator sends "read".

let source = null;
let address = "";

/** Follows a phone, or only what concerns all; `open` is the phone_number_id of the chat on screen, or "". */
export function follow(waId, open, onEvent) {
  const wanted = waId ? `/_sim/phones/${waId}/events${open ? `?open=${open}` : ""}` : "/_sim/events";
  if (wanted === address) return;
  source?.close();
  address = wanted;
  source = new EventSource(wanted);
  let lost = false;
  source.addEventListener("ready", () => {
    onEvent({ event: lost ? "reload" : "connected" });
    lost = false;
  });
  source.addEventListener("error", () => {
    if (!lost) onEvent({ event: "offline" });
    lost = true;
  });
  for (const name of ["message", "unread", "typing", "faults", "phone", "log", "reload"]) {
    source.addEventListener(name, (event) => {
      if (event.data) onEvent(JSON.parse(event.data));
    });
  }
}
