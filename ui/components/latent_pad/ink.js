// Pictures on canvases: crisp, ink on paper in light, light on dark in dark.

const SIDE = 28;

/** "rgb(29, 35, 41)" and the like as [r, g, b]. */
function rgbOf(colour) {
  const painter = document.createElement("canvas").getContext("2d");
  painter.fillStyle = colour;
  painter.fillRect(0, 0, 1, 1);
  return painter.getImageData(0, 0, 1, 1).data;
}

/** A function that paints a picture (784 numbers in [0, 1]) onto a canvas of 28 x 28 pixels. */
function painterOf(canvas) {
  canvas.width = canvas.height = SIDE;
  const context = canvas.getContext("2d");
  const pixels = context.createImageData(SIDE, SIDE);
  let ink = null;
  return function paint(picture, colour) {
    if (colour !== ink) {
      ink = colour;
      const [r, g, b] = rgbOf(colour);
      for (let i = 0; i < pixels.data.length; i += 4) pixels.data.set([r, g, b], i);
    }
    for (let i = 0; i < picture.length; i++) pixels.data[4 * i + 3] = 255 * picture[i]; // it rounds
    context.putImageData(pixels, 0, 0);
  };
}

/** A number with a true minus sign, and a plus, so that columns of them stay aligned. */
function signed(v, digits = 2) {
  const text = Math.abs(v).toFixed(digits);
  if (Number(text) === 0) return text;
  return (v < 0 ? "−" : "+") + text;
}

/** A draw from N(0, 1), by Box and Muller. */
function gaussian() {
  return Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());
}
