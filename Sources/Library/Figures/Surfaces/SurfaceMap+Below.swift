import Display
import Foundation
import Text

extension SurfaceMap {
    /// The map with a picture of what lies below the cortex under it, for instance slices of the thalamus and the striatum.
    ///
    /// ```swift
    /// let map = try SurfaceMap(left: leftScores, right: rightScores, on: .fsaverage5())
    /// let slices = try space.voxels.mosaic(Array(fit.scores.r[space.gridRange]), threshold: 0.1, title: nil)
    /// map.adding(below: slices)
    /// ```
    ///
    /// The picture has the map's scale where its style has no domain. `VoxelScores.onSurface` adds slices by itself where
    /// the space is one of grayordinates.
    public func adding(below picture: BrainPicture) -> SurfaceMap {
        var (map, picture) = (self, picture)
        if picture.style.domain == nil, second == nil { picture.style.domain = scale.domain }
        if picture.style.colorMap == nil { picture.style.colorMap = scale.map }
        map.below = picture
        return map
    }

    /// What is shown below the live view, which shows the cortex alone.
    var htmlBelow: String {
        get throws {
            guard let below else { return "" }
            let png = try below.png(scale: 2)
            let size = PNGFile.size(of: png)
            return "<img alt=\"\(below.altText.escapedHTML)\" width=\"\(size.width / 2)\" "
                + "height=\"\(size.height / 2)\" style=\"max-width:100%;height:auto\" "
                + "src=\"data:image/png;base64,\(png.base64EncodedString())\">"
        }
    }
}
