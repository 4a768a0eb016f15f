import Formats
import Foundation

/// The script of a live view: what it draws, how it answers to the mouse, and what it reads.
///
/// All text reaches the page as text nodes, never as HTML. One WebGL context and one copy of each mesh serve all views of
/// a page: browsers allow few contexts, and long notebooks have many figures.
enum ViewerScript {
    /// Unpacks the script and runs it; it is a quarter as long when packed.
    static let loader: String = {
        let packed = zlibStream(of: Data(text.utf8), level: 9).base64EncodedString()
        return "(async script => { const root = script && script.parentElement; if (!root) return; try { "
            + "const packed = Uint8Array.from(atob(\"\(packed)\"), letter => letter.charCodeAt(0)); "
            + "const plain = new Blob([packed]).stream().pipeThrough(new DecompressionStream(\"deflate\")); "
            + "new Function(\"root\", await new Response(plain).text())(root); } "
            + "catch (error) { root.dataset.state = \"still\"; root.dataset.reason = String(error); } })(document.currentScript);"
    }()

    static let text: String = {
        let parts = ["\"use strict\";", start, decoding, shaders, drawing, picking, legend, asking, controls]
        // What is indented here need not be there.
        return parts.joined(separator: "\n").split(separator: "\n")
            .map { $0.drop { $0 == " " } }.filter { !$0.isEmpty && !$0.hasPrefix("//") }
            .joined(separator: "\n")
    }()

    private static let start = #"""
        const source = root.querySelector("script.gyrus-surface-data");
        const data = JSON.parse(source.textContent), map = data.map;
        root.dataset.state = "waiting";
        const page = window.gyrusSurfaces2 = window.gyrusSurfaces2 || {meshes: new Map(), gl: null};
        let started = false;
        // A long notebook opens sooner if a figure is decoded when it comes near the window.
        const watcher = new IntersectionObserver(entries => {
            if (started || !entries.some(entry => entry.isIntersecting)) return;
            started = true;
            watcher.disconnect();
            begin().catch(stayStill);
        }, {rootMargin: "300px"});
        watcher.observe(root);

        function stayStill(error) {
            root.dataset.state = "still";
            root.dataset.reason = String(error && error.message || error);
            root.querySelectorAll(".gyrus-live").forEach(part => part.remove());
            const still = root.querySelector(".gyrus-still");
            if (still) still.style.display = "";
        }

        async function begin() {
            if (typeof DecompressionStream === "undefined") throw new Error("the browser has no DecompressionStream");
            const gl = context();
            const mesh = await meshOf(data.mesh);
            const view = await layersOf(map, mesh);
            build(mesh, view, gl);
        }
        """#
}
