// A film of maps: one for each moment of a training, under a slider that plays.

const FRAMES_A_SECOND = 3; // maps that are passed

class Reel {
  /** act: {go(at)} */
  constructor(root, act) {
    this.box = root.querySelector(".bn-map-reel");
    this.slider = this.box.querySelector("input");
    this.button = this.box.querySelector("button");
    this.act = act;
    this.at = 0;
    this.slider.oninput = () => (this.pause(), this.go(Number(this.slider.value)));
    this.button.onclick = () => (this.playing ? this.pause() : this.play());
  }

  /** names: what each moment is called; a map that is no film has none. */
  take(names, scene) {
    const other = scene !== this.scene;
    Object.assign(this, { names, scene });
    this.box.hidden = names.length < 2;
    if (!other) return;
    this.pause();
    this.at = Math.max(0, names.length - 1); // where the training has come to
    this.slider.max = this.at;
    this.show();
  }

  go(at) {
    this.at = at;
    this.show();
    this.act.go(at);
  }

  show() {
    this.slider.value = this.at;
    this.box.querySelector("output").textContent = this.names[Math.round(this.at)] ?? "";
  }

  play() {
    this.playing = true;
    this.button.dataset.on = true;
    if (this.at >= this.names.length - 1) this.at = 0;
    let before = performance.now();
    const step = (now) => {
      const at = Math.min(this.at + ((now - before) / 1000) * FRAMES_A_SECOND, this.names.length - 1);
      before = now;
      this.go(at);
      if (at >= this.names.length - 1) return this.pause();
      this.next = requestAnimationFrame(step);
    };
    this.next = requestAnimationFrame(step);
  }

  pause() {
    cancelAnimationFrame(this.next);
    this.playing = false;
    delete this.button.dataset.on;
  }
}
