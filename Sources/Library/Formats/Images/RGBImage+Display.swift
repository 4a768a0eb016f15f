import Display
import Foundation

extension RGBImage: Displayable {
    /// The image as a PNG file.
    public var png: Data { PNG.encode(self) }

    /// The image, made smaller if it is larger than a notebook shows.
    public var mimeBundle: MIMEBundle {
        let limit = 640.0
        let scale = min(1, limit / Double(max(width, height)))
        let shown = try? resized(
            width: max(1, Int(Double(width) * scale)), height: max(1, Int(Double(height) * scale)), .bilinear)
        return MIMEBundle([
            "text/plain": .text("image of \(width) x \(height) pixels"),
            "image/png": .binary((shown ?? self).png),
        ])
    }
}
