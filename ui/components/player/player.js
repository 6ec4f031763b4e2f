// Films side by side under one slider: the walk goes as the hand goes, and nothing is sent
// before the hand lets go. ink.js stands above this file.

const THUMBS = 9;
const THERE = 2600; // milliseconds from one end to the other

const players = new WeakMap(); // by parent element: the default export runs again on any change

export default function ({ data, parentElement, setStateValue }) {
  let player = players.get(parentElement);
  if (!player) players.set(parentElement, (player = new Player(parentElement)));
  player.tell = (at) => setStateValue("at", at);
  player.take(data);
  return () => player.remove();
}

class Player {
  constructor(root) {
    this.root = root;
    this.slider = root.querySelector("input");
    this.button = root.querySelector(".play");
    this.slider.oninput = () => {
      this.pause();
      this.show(Number(this.slider.value));
    };
    this.slider.onchange = () => this.tell(this.at);
    this.button.onclick = () => (this.playing ? this.pause(true) : this.play());
  }

  take(data) {
    this.ink = getComputedStyle(this.root.querySelector(".player")).color;
    if (data.digest !== this.digest) {
      this.pause();
      this.digest = data.digest;
      this.titles = data.titles;
      const bytes = data.frames.getChildAt(0).toArray();
      const size = SIDE * SIDE;
      this.steps = bytes.length / size / data.titles.length;
      this.slider.max = this.steps - 1;
      this.frame = (film, step) => {
        const start = (film * this.steps + step) * size;
        return Float32Array.from(bytes.subarray(start, start + size), (v) => v / 255);
      };
      this.films = data.titles.map((title, film) => this.film(title, film));
      this.root.querySelector(".films").replaceChildren(...this.films.map(({ box }) => box));
      this.at = Math.min(data.at, this.steps - 1);
    }
    this.films.forEach(({ thumbs }, film) =>
      thumbs.forEach(({ paint, step }) => paint(this.frame(film, step), this.ink)),
    );
    this.show(this.at);
  }

  film(title) {
    const box = document.createElement("figure");
    const large = document.createElement("canvas");
    large.setAttribute("role", "img");
    large.setAttribute("aria-label", title);
    large.className = "large";
    const strip = document.createElement("div");
    strip.className = "strip";
    const thumbs = Array.from({ length: THUMBS }, (_, k) => {
      const canvas = document.createElement("canvas");
      const step = Math.round((k / (THUMBS - 1)) * (this.steps - 1));
      canvas.onclick = () => {
        this.pause();
        this.show(step);
        this.tell(step);
      };
      strip.append(canvas);
      return { canvas, step, paint: painterOf(canvas) };
    });
    const caption = document.createElement("figcaption");
    caption.textContent = title;
    box.append(caption, large, strip);
    return { box, thumbs, paint: painterOf(large) };
  }

  show(at) {
    this.at = at;
    this.slider.value = at;
    const share = at / (this.steps - 1);
    this.root.querySelector("output").textContent = `${Math.round(100 * share)} %`;
    const near = Math.round(share * (THUMBS - 1));
    this.films.forEach(({ paint, thumbs }, film) => {
      paint(this.frame(film, at), this.ink);
      thumbs.forEach(({ canvas }, k) => canvas.classList.toggle("here", k === near));
    });
  }

  /** There and back again, from where the slider stands, until it is stopped. */
  play() {
    this.playing = true;
    this.button.classList.add("on");
    const last = this.steps - 1;
    const began = performance.now() - (this.at / last) * THERE;
    const step = (now) => {
      const turn = ((now - began) / THERE) % 2;
      this.show(Math.round(last * (turn < 1 ? turn : 2 - turn)));
      this.next = requestAnimationFrame(step);
    };
    this.next = requestAnimationFrame(step);
  }

  pause(tell = false) {
    cancelAnimationFrame(this.next);
    this.playing = false;
    this.button.classList.remove("on");
    if (tell) this.tell(this.at);
  }

  remove() {
    this.pause();
    players.delete(this.root);
  }
}
