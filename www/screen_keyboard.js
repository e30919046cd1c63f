// On a phone a keyboard takes half of the screen when a field is typed in.

/** Pages that are wider show the field beside the picture. */
const MAX_WIDTH = 900;
const TYPED = "input[type=search], input[type=text], input[type=number]";

/** Brings the field that is typed in to the top of what is left of the screen, and what is found with it below. */
export function keepFieldsInView() {
  window.visualViewport?.addEventListener("resize", () => {
    const field = document.activeElement;
    const isPinched = window.visualViewport.scale !== 1;
    if (field?.matches(TYPED) && !isPinched && window.innerWidth < MAX_WIDTH) field.scrollIntoView({ block: "start" });
  });
}
