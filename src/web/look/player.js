// @ts-check
// Says what a player cannot: `[data-player]` (macro `player`). A film whose codec the browser lacks plays
// as sound over black without any error event, so the picture's width is looked at.

/** @param {HTMLElement} figure */
function attend(figure) {
  const media = figure.querySelector('video, audio');
  const place = figure.querySelector('[data-player-notice]');
  if (!(media instanceof HTMLMediaElement) || !(place instanceof HTMLElement)) return;

  const say = (/** @type {string} */ title, /** @type {string} */ text) => {
    const strong = document.createElement('strong');
    strong.textContent = title;
    const span = document.createElement('span');
    span.textContent = text;
    const link = document.createElement('a');
    link.href = figure.dataset.download || media.currentSrc;
    link.setAttribute('download', '');
    link.textContent = '下载原件';
    place.replaceChildren(strong, span, link);
    place.hidden = false;
  };

  media.addEventListener('loadedmetadata', () => {
    if (media instanceof HTMLVideoElement && media.videoWidth === 0) {
      say('没有画面', '本浏览器不能解码这段录像的画面（常见于 H.265 编码），只有声音。原件未受影响，可下载后用播放器观看。');
    }
  });
  const failed = () => say('不能播放', '本浏览器不支持这种格式，或传输中断。原件未受影响，可下载后观看。');
  media.addEventListener('error', failed);
  // With <source> children the error goes to the last of them and does not bubble.
  const source = media.querySelector('source:last-of-type');
  if (source) source.addEventListener('error', failed);
  // Metadata may have come, or failed, before this module ran.
  if (media.error || media.networkState === HTMLMediaElement.NETWORK_NO_SOURCE) failed();
  else if (media.readyState > 0 && media instanceof HTMLVideoElement && media.videoWidth === 0) media.dispatchEvent(new Event('loadedmetadata'));
}

for (const figure of document.querySelectorAll('[data-player]')) if (figure instanceof HTMLElement) attend(figure);
