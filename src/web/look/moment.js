// @ts-check
// Instants as people in China read them. No clock and no page.

/**
 * `2026-11-22 09:06` in China's legal time, which has one offset and no summer time.
 * @param {number} millis since 1970
 * @returns {string}
 */
export const beijing = (millis) => new Date(millis + 8 * 3_600_000).toISOString().slice(0, 16).replace('T', ' ');
