import Formats
import Foundation
import Tensors
import Testing

/// Images smoothed as nilearn's `smooth_img` does (Tests/Oracles/cleaning.py).
@Suite struct SmoothingTests {
    @Test func smoothingIsNilearns() throws {
        let found = try NIfTI.open(fixture("rough.nii.gz")).smoothed(fullWidthAtHalfMaximum: 5)
        let expected = try NIfTI.open(fixture("smooth.nii.gz"))
        #expect(found.shape == expected.shape && found.affine == expected.affine)
        let left = try found.tensor(as: Double.self).elements
        let right = try expected.tensor(as: Double.self).elements
        #expect(zip(left, right).allSatisfy { abs($0 - $1) < 1e-6 })
    }

    @Test func noWidthChangesNothingButWhatIsNotFinite() throws {
        let image = try NIfTI.open(fixture("rough.nii.gz"))
        let left = try image.smoothed(fullWidthAtHalfMaximum: 0).tensor().elements
        let right = try image.tensor().elements
        #expect(zip(left, right).allSatisfy { $0 == $1 || $1.isNaN && $0 == 0 })
        #expect(throws: GridError.self) { try image.smoothed(fullWidthAtHalfMaximum: -1) }
        for width in [Double.nan, 1e6, 1e300] {
            #expect(throws: GridError.self) { try image.smoothed(fullWidthAtHalfMaximum: width) }
        }
    }
}
