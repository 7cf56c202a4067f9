// Keys for assigning passages: j k move, digits choose a code. Without this script radios and the button do the same.
const form = document.getElementById("assign");
if (form) {
  const places = [...form.querySelectorAll(".place")];
  const hint = document.getElementById("keys-hint");
  if (hint) hint.hidden = false;
  const current = () => places.indexOf(document.activeElement?.closest(".place"));
  const go = (step) => {
    const from = current() < 0 && step < 0 ? places.length : current();     // from the buttons k leads to the last
    const next = Math.min(Math.max(from + step, 0), places.length - 1);
    places[next]?.focus();
    places[next]?.scrollIntoView({ block: "nearest" });
  };
  const choose = (digit) => {
    const here = current();
    const radio = document.getElementById(`to-${here + 1}-${digit}`);
    if (!radio) return;
    radio.checked = true;
    if (here < places.length - 1) go(1);
    else form.querySelector("button.primary").focus();
  };
  document.addEventListener("keydown", (event) => {
    const target = event.target;
    const types = target.matches("textarea, select, input:not([type=radio])");
    if (types || event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.key === "j" || event.key === "k") go(event.key === "j" ? 1 : -1);
    else if (/^[0-9]$/.test(event.key) && current() >= 0) choose(Number(event.key));
    else return;
    event.preventDefault();
  });
}
