// What lies over the points: thumbnails, the ring, and the drawing with its neighbours.

const THUMB = 28; // pixels: a digit as it is, pixel by pixel
const CROWD = 320; // thumbnails at most; with more points in sight, dots stay

class Overlay {
  constructor(canvas) {
    this.canvas = canvas;
    this.context = canvas.getContext("2d");
  }

  /** The plot's axes as they are now, also in the middle of a drag. */
  measure(plot) {
    const { xaxis, yaxis } = plot._fullLayout;
    const [left, right] = xaxis.range, [bottom, top] = yaxis.range;
    const across = xaxis._length / (right - left), up = yaxis._length / (top - bottom);
    this.box = [xaxis._offset, yaxis._offset, xaxis._length, yaxis._length];
    this.range = [[left, right], [bottom, top]];
    this.scale = [across, up];
    this.x = (v) => xaxis._offset + (v - left) * across;
    this.y = (v) => yaxis._offset + yaxis._length - (v - bottom) * up;
    this.back = (px, py) => [
      left + (px - xaxis._offset) / across,
      bottom + (yaxis._offset + yaxis._length - py) / up,
    ];
  }

  resize(width, height) {
    const ratio = devicePixelRatio || 1;
    if (this.canvas.width !== Math.round(width * ratio)) this.canvas.width = width * ratio;
    if (this.canvas.height !== Math.round(height * ratio)) this.canvas.height = height * ratio;
    this.context.setTransform(ratio, 0, 0, ratio, 0, 0);
    this.size = [width, height];
  }

  begin() {
    this.context.clearRect(0, 0, ...this.size);
    this.context.save();
    this.context.beginPath();
    this.context.rect(...this.box);
    this.context.clip();
  }

  end() {
    this.context.restore();
  }

  /** Digits in the place of dots, where few enough points are in sight; how many there are. */
  thumbnails({ cloud, hidden, picked, theme }, pictures) {
    const seen = [], [x, y] = cloud.at;
    const [[left, right], [bottom, top]] = this.range;
    const most = Math.min(CROWD, (this.box[2] * this.box[3]) / (THUMB * THUMB) / 2);
    cloud.within(...this.range, (i) => {
      const inside = x[i] >= left && x[i] <= right && y[i] >= bottom && y[i] <= top;
      if (inside && !hidden.has(cloud.labels[i])) seen.push(i);
      return seen.length <= most;
    });
    if (!seen.length || seen.length > most) return 0;
    const { context } = this;
    for (const i of seen) {
      const px = Math.round(this.x(x[i]) - THUMB / 2), py = Math.round(this.y(y[i]) - THUMB / 2);
      context.globalAlpha = picked && !picked[i] ? 0.3 : 1;
      context.fillStyle = theme.paper;
      context.fillRect(px - 1, py - 1, THUMB + 2, THUMB + 2);
      if (!pictures.draw(context, i, px, py, THUMB, theme.ink)) continue;
      context.strokeStyle = theme.digits[cloud.labels[i] % theme.digits.length];
      context.lineWidth = 1.5;
      context.strokeRect(px - 1, py - 1, THUMB + 2, THUMB + 2);
    }
    context.globalAlpha = 1;
    return seen.length;
  }

  ring(x, y, theme, radius = 8) {
    const { context } = this;
    context.beginPath();
    context.arc(this.x(x), this.y(y), radius, 0, 2 * Math.PI);
    context.lineWidth = 4;
    context.strokeStyle = theme.paper;
    context.stroke();
    context.lineWidth = 2;
    context.strokeStyle = theme.ink;
    context.stroke();
  }

  /** Lines from a place to some points, each ringed. */
  links([x, y], near, cloud, theme, colour) {
    const { context } = this, [xs, ys] = cloud.at;
    context.strokeStyle = colour;
    context.lineWidth = 1.25;
    for (const i of near) {
      context.beginPath();
      context.moveTo(this.x(x), this.y(y));
      context.lineTo(this.x(xs[i]), this.y(ys[i]));
      context.stroke();
    }
    for (const i of near) this.ring(xs[i], ys[i], theme, 4);
  }

  /** The visitor's drawing: where it lands, who placed it, and how sure the encoder is. */
  drawing(drawing, cloud, theme) {
    const { context } = this, [x, y] = drawing.place;
    context.fillStyle = context.strokeStyle = theme.accent;
    context.globalAlpha = 0.45;
    for (const [a, b] of drawing.samples ?? []) {
      context.fillRect(this.x(a) - 1.5, this.y(b) - 1.5, 3, 3);
    }
    context.globalAlpha = 1;
    for (const times of drawing.ellipse ? [1, 2] : []) {
      const { radii, angle } = drawing.ellipse;
      const [a, b] = radii.map((radius) => times * radius * this.scale[0]);
      context.setLineDash(times === 1 ? [] : [4, 3]);
      context.lineWidth = 1.5;
      context.beginPath();
      context.ellipse(this.x(x), this.y(y), a, b, -angle, 0, 2 * Math.PI);
      context.stroke();
    }
    context.setLineDash([]);
    this.links(drawing.place, drawing.near, cloud, theme, theme.accent);
    context.save();
    context.translate(this.x(x), this.y(y));
    context.rotate(Math.PI / 4);
    context.fillStyle = theme.accent;
    context.strokeStyle = theme.paper;
    context.lineWidth = 2;
    context.fillRect(-8, -8, 16, 16);
    context.strokeRect(-8, -8, 16, 16);
    context.restore();
  }

  /** Where all points are on the screen now: [Float32Array, Float32Array] in pixels. */
  pixels(cloud) {
    return [cloud.at[0].map(this.x), cloud.at[1].map(this.y)];
  }
}
