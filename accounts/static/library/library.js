// Only one player plays at a time, and copy buttons copy. Nothing here decides anything.
document.addEventListener("play", (event) => {
    document.querySelectorAll("audio").forEach((player) => {
        if (player !== event.target) player.pause();
    });
}, true);

document.addEventListener("click", async (event) => {
    const button = event.target.closest("[data-copy]");
    if (!button) return;
    const source = document.getElementById(button.dataset.copy);
    try {
        await navigator.clipboard.writeText(source.textContent.trim());
    } catch {
        const range = document.createRange();
        range.selectNodeContents(source);
        const selection = window.getSelection();
        selection.removeAllRanges();
        selection.addRange(range);
        document.execCommand("copy");
    }
    button.textContent = button.dataset.copied;
});
