/// How bright a matte surface is: a lamp beside the viewer's head, and light from all around.
package enum Light {
    /// Toward the lamp, in the view: from the upper left.
    private static let lamp = SIMD3<Float>(-0.30, 0.42, 0.857)
    private static let ambient: Float = 0.56
    private static let lampLight: Float = 0.50

    /// Brightness from 0 to 1 of what faces in a direction, given in the view (right, up, toward the viewer).
    package static func brightness(_ normal: SIMD3<Float>) -> Float {
        min(1, ambient + lampLight * max(0, (normal * lamp).sum()))
    }
}
