/** Fingers that wipe a picture aside. */

const FAR_PX = 48;

/** Call `turn(1)` for a finger that went left over `element`, for the next one, and `turn(-1)` for one that went right. */
export function swiped(element, turn) {
  let from = null;
  const start = ({ touches }) => { from = touches.length === 1 ? touches[0] : null; };
  element.addEventListener("touchstart", start, { passive: true });
  element.addEventListener("touchend", ({ changedTouches: [to] }) => {
    const [dx, dy] = from ? [to.clientX - from.clientX, to.clientY - from.clientY] : [0, 0];
    from = null;
    if (Math.abs(dx) > FAR_PX && Math.abs(dx) > 2 * Math.abs(dy)) turn(dx < 0 ? 1 : -1);
  });
}
