import SceneStudies
import Training

/// The towers of brivl-mini.
enum Mini {
    static let both = TwoTowerConfiguration.brivlMini
    static let image = both.image
    static let text = both.text
}
