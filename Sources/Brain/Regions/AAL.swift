extension RegionTable {
    /// The 116 regions of Automated Anatomical Labeling: the cerebrum (1 to 90) and the cerebellum (91 to 116).
    ///
    /// The cerebrum is in the eight groups of the atlas's own table: central, frontal, temporal, parietal, occipital,
    /// limbic, insula, subcortical. Names and numbers are those of the AAL image for SPM.
    /// Source: Tzourio-Mazoyer et al., NeuroImage 15 (2002), 273-289, table 2.
    public static let aal116 = RegionTable(name: "AAL-116", regions: aal90.regions + cerebellum)

    /// The 90 regions of the cerebrum in Automated Anatomical Labeling, in eight groups; see `aal116`.
    public static let aal90 = RegionTable(
        name: "AAL-90",
        regions: pairs.enumerated().flatMap { index, pair in
            [("L", 1), ("R", 2)].map { side, offset in
                Region(id: 2 * index + offset, name: "\(pair.name)_\(side)", group: pair.group)
            }
        })

    /// The regions of one hemisphere in the order of their numbers; left is odd, right is even.
    private static let pairs: [(name: String, group: String)] = [
        ("Precentral", "central"), ("Frontal_Sup", "frontal"), ("Frontal_Sup_Orb", "frontal"),
        ("Frontal_Mid", "frontal"), ("Frontal_Mid_Orb", "frontal"), ("Frontal_Inf_Oper", "frontal"),
        ("Frontal_Inf_Tri", "frontal"), ("Frontal_Inf_Orb", "frontal"), ("Rolandic_Oper", "central"),
        ("Supp_Motor_Area", "frontal"), ("Olfactory", "frontal"), ("Frontal_Sup_Medial", "frontal"),
        ("Frontal_Med_Orb", "frontal"), ("Rectus", "frontal"), ("Insula", "insula"),
        ("Cingulum_Ant", "limbic"),
        ("Cingulum_Mid", "limbic"), ("Cingulum_Post", "limbic"), ("Hippocampus", "limbic"),
        ("ParaHippocampal", "limbic"), ("Amygdala", "subcortical"), ("Calcarine", "occipital"),
        ("Cuneus", "occipital"), ("Lingual", "occipital"), ("Occipital_Sup", "occipital"),
        ("Occipital_Mid", "occipital"), ("Occipital_Inf", "occipital"), ("Fusiform", "occipital"),
        ("Postcentral", "central"), ("Parietal_Sup", "parietal"), ("Parietal_Inf", "parietal"),
        ("SupraMarginal", "parietal"), ("Angular", "parietal"), ("Precuneus", "parietal"),
        ("Paracentral_Lobule", "frontal"), ("Caudate", "subcortical"), ("Putamen", "subcortical"),
        ("Pallidum", "subcortical"), ("Thalamus", "subcortical"), ("Heschl", "temporal"),
        ("Temporal_Sup", "temporal"), ("Temporal_Pole_Sup", "limbic"), ("Temporal_Mid", "temporal"),
        ("Temporal_Pole_Mid", "limbic"), ("Temporal_Inf", "temporal"),
    ]

    private static let cerebellum: [Region] = {
        let lobes = ["Crus1", "Crus2", "3", "4_5", "6", "7b", "8", "9", "10"]
        let hemispheres = lobes.flatMap { lobe in ["L", "R"].map { "Cerebelum_\(lobe)_\($0)" } }
        let vermis = ["1_2", "3", "4_5", "6", "7", "8", "9", "10"].map { "Vermis_\($0)" }
        return (hemispheres + vermis).enumerated().map { Region(id: 91 + $0, name: $1, group: "cerebellum") }
    }()
}
