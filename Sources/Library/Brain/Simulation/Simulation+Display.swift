import Display

extension SimulatedSubject.Options: Displayable, CustomStringConvertible {
    /// The settings.
    public var mimeBundle: MIMEBundle {
        card(
            "How a subject is simulated",
            [
                ("seed", "\(seed)"), ("voxels a region", "\(voxelsPerRegion)"),
                ("share of signal", Number.short(signalShare)), ("components", "\(components)"),
                ("removed of neighbors", "\(removedComponents)"), ("runs", "\(runs)"),
                (
                    "repetition time",
                    repetitionTime.map { "\(Number.short($0)) s" } ?? "none: no response of the blood"
                ),
            ])
    }
}

extension SimulationTruth.Drive: CustomStringConvertible {
    /// The region and the index of its layer.
    public var description: String {
        "\(region) follows \(layer.map { "layer number \($0)" } ?? "nothing")"
    }
}

extension SimulationTruth: CustomStringConvertible {}
extension SimulatedSubject: CustomStringConvertible {}

extension SimulationTruth: Displayable {
    public var mimeBundle: MIMEBundle {
        Table(
            "What each region follows (ceiling of r: \(Number.fixed(signalShare.squareRoot(), 2)))",
            [
                .text("region", drives.map(\.region)),
                .text("follows", drives.map { drive in drive.layer.map { layers[$0] } ?? "nothing (noise)" }),
            ]
        ).mimeBundle
    }
}

extension SimulatedSubject: Displayable {
    public var mimeBundle: MIMEBundle { study.mimeBundle }
}
