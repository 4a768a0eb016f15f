import Display
import Foundation
import Text

extension RidgeFile: Displayable, CustomStringConvertible {
    /// How far the fit is, the scores, and which voxels could not be fitted.
    public var mimeBundle: MIMEBundle {
        let lines: [String]
        do {
            let done = try isDone.count { $0 }
            var notes = [
                "Ridge in \(url.lastPathComponent): \(Number.counted(features, "feature")), "
                    + "\(Number.grouped(done)) of \(Number.counted(voxels, "voxel")) done"
            ]
            let (broken, constant) = (try voxelsWithNaN(), try constantVoxels())
            notes += AlphaGridEnds(alphas, of: try bestAlphas()).notes
            if !broken.isEmpty { notes.append("with NaN, left out: \(listed(broken))") }
            if !constant.isEmpty { notes.append("constant, not scored: \(listed(constant))") }
            let text = try scores().mimeBundle.plainText ?? ""
            lines = notes + text.split(separator: "\n").dropFirst().map(String.init)
        } catch {
            lines = ["\(url.path): \(error)"]
        }
        let text = lines.joined(separator: "\n")
        return MIMEBundle(["text/plain": .text(text), "text/html": .text("<pre>\(text.escapedHTML)</pre>")])
    }
}
