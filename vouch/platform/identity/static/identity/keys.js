// What a person reads when a security key was not used: the library says it to the console alone.
"use strict";

(() => {
  const WORDS = {
    NotAllowedError: "操作已取消或超时，请重试。",
    InvalidStateError: "这个密钥已经添加过。",
    SecurityError: "当前网址不能使用安全密钥：请用 https 的域名（本机用 localhost）打开。",
    NotSupportedError: "这个浏览器或密钥不支持所需的功能。",
  };
  document.addEventListener("allauth.error", (event) => {
    const place = document.getElementById("key-error");
    if (!place) return;
    event.preventDefault();
    const name = event.detail.exception && event.detail.exception.name;
    place.textContent = WORDS[name] || "没有完成，请重试。";
    place.hidden = false;
  });
})();
