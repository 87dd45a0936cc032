// Short-time Fourier transform of a waveform with a Hann window: power in decibels relative to the largest.
const WINDOW = 256, MOST = 160;

/** @param {ArrayLike<number>} wave @returns {{ columns: number, rows: number, decibels: Float32Array }} column after column, lowest frequency first */
export function spectrogram(wave) {
  const rows = WINDOW / 2, hop = Math.max(WINDOW / 4, Math.ceil((wave.length - WINDOW) / (MOST - 1))), columns = wave.length < WINDOW ? 0 : 1 + Math.floor((wave.length - WINDOW) / hop);
  const decibels = new Float32Array(columns * rows), hann = Float64Array.from({ length: WINDOW }, (_, i) => 0.5 - 0.5 * Math.cos((2 * Math.PI * i) / WINDOW));
  const cosine = Float64Array.from({ length: WINDOW }, (_, i) => Math.cos((2 * Math.PI * i) / WINDOW));
  let most = 1e-12;
  for (let c = 0; c < columns; c++)
    for (let k = 0; k < rows; k++) {
      let re = 0, im = 0;
      for (let i = 0; i < WINDOW; i++) {
        const x = wave[c * hop + i] * hann[i];
        re += x * cosine[(k * i) % WINDOW];
        im += x * cosine[(k * i + WINDOW / 4) % WINDOW];
      }
      decibels[c * rows + k] = re * re + im * im;
      most = Math.max(most, decibels[c * rows + k]);
    }
  for (let i = 0; i < decibels.length; i++) decibels[i] = 10 * Math.log10(Math.max(decibels[i] / most, 1e-12));
  return { columns, rows, decibels };
}
