define void @conv3.0.conv2d_add_relu(ptr %arguments, i64 %begin, i64 %end) nounwind {
  %_16.slot = getelementptr inbounds ptr, ptr %arguments, i64 0
  %_16 = load ptr, ptr %_16.slot, align 8
  %conv3.0.weight.slot = getelementptr inbounds ptr, ptr %arguments, i64 1
  %conv3.0.weight = load ptr, ptr %conv3.0.weight.slot, align 8
  %conv3.0.bias.slot = getelementptr inbounds ptr, ptr %arguments, i64 2
  %conv3.0.bias = load ptr, ptr %conv3.0.bias.slot, align 8
  %_18.slot = getelementptr inbounds ptr, ptr %arguments, i64 3
  %_18 = load ptr, ptr %_18.slot, align 8
  call void @conv3.0.conv2d_add_relu.body(ptr %_16, ptr %conv3.0.weight, ptr %conv3.0.bias, ptr %_18, i64 %begin, i64 %end)
  ret void
}

define internal void @conv3.0.conv2d_add_relu.body(ptr noalias readonly align 64 %_16, ptr noalias readonly align 64 %conv3.0.weight, ptr noalias readonly align 64 %conv3.0.bias, ptr noalias writeonly align 64 %_18, i64 %begin, i64 %end) noinline nounwind {
entry:
  %acc.0.cell = alloca float
  %acc.1.cell = alloca float
  %acc.2.cell = alloca float
  %acc.3.cell = alloca float
  %acc_2.0.cell = alloca <8 x float>
  %acc_2.1.cell = alloca <8 x float>
  %acc_2.2.cell = alloca <8 x float>
  %acc_2.3.cell = alloca <8 x float>
  %acc_3.0.cell = alloca float
  %acc_3.1.cell = alloca float
  %acc_3.2.cell = alloca float
  %acc_3.3.cell = alloca float
  %acc_4.0.cell = alloca float
  %acc_4.1.cell = alloca float
  %acc_4.2.cell = alloca float
  %acc_4.3.cell = alloca float
  %acc_5.0.cell = alloca <8 x float>
  %acc_5.1.cell = alloca <8 x float>
  %acc_5.2.cell = alloca <8 x float>
  %acc_5.3.cell = alloca <8 x float>
  %acc_6.0.cell = alloca float
  %acc_6.1.cell = alloca float
  %acc_6.2.cell = alloca float
  %acc_6.3.cell = alloca float
  %acc_7.0.cell = alloca float
  %acc_7.1.cell = alloca float
  %acc_7.2.cell = alloca float
  %acc_7.3.cell = alloca float
  %acc_8.0.cell = alloca <8 x float>
  %acc_8.1.cell = alloca <8 x float>
  %acc_8.2.cell = alloca <8 x float>
  %acc_8.3.cell = alloca <8 x float>
  %acc_9.0.cell = alloca float
  %acc_9.1.cell = alloca float
  %acc_9.2.cell = alloca float
  %acc_9.3.cell = alloca float
  %$3 = icmp slt i64 %begin, %end
  br i1 %$3, label %n.body.1, label %n.exit.2
n.body.1:
  %n = phi i64 [ %begin, %entry ], [ %n.next, %o.exit.5 ]
  br label %o.body.4
o.body.4:
  %o = phi i64 [ 0, %n.body.1 ], [ %o.next, %c_9.exit.1983 ]
  store float 0x0000000000000000, ptr %acc.0.cell
  store float 0x0000000000000000, ptr %acc.1.cell
  store float 0x0000000000000000, ptr %acc.2.cell
  store float 0x0000000000000000, ptr %acc.3.cell
  br label %c.body.6
c.body.6:
  %c = phi i64 [ 0, %o.body.4 ], [ %c.next, %c.body.6 ]
  %$8 = mul nsw i64 %n, 784
  %$9 = mul nsw i64 %c, 49
  %$10 = add nsw i64 %$8, %$9
  %$11 = getelementptr inbounds float, ptr %_16, i64 %$10
  %$12 = load float, ptr %$11, align 4
  %$13 = mul nsw i64 %o, 144
  %$14 = mul nsw i64 %c, 9
  %$15 = add nsw i64 %$13, %$14
  %$16 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$15
  %$17 = getelementptr inbounds float, ptr %$16, i64 4
  %$18 = load float, ptr %$17, align 4
  %$19 = load float, ptr %acc.0.cell
  %$20 = call float @llvm.fma.f32(float %$12, float %$18, float %$19)
  store float %$20, ptr %acc.0.cell
  %$21 = getelementptr inbounds float, ptr %_16, i64 %$10
  %$22 = load float, ptr %$21, align 4
  %$23 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$15
  %$24 = getelementptr inbounds float, ptr %$23, i64 148
  %$25 = load float, ptr %$24, align 4
  %$26 = load float, ptr %acc.1.cell
  %$27 = call float @llvm.fma.f32(float %$22, float %$25, float %$26)
  store float %$27, ptr %acc.1.cell
  %$28 = getelementptr inbounds float, ptr %_16, i64 %$10
  %$29 = load float, ptr %$28, align 4
  %$30 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$15
  %$31 = getelementptr inbounds float, ptr %$30, i64 292
  %$32 = load float, ptr %$31, align 4
  %$33 = load float, ptr %acc.2.cell
  %$34 = call float @llvm.fma.f32(float %$29, float %$32, float %$33)
  store float %$34, ptr %acc.2.cell
  %$35 = getelementptr inbounds float, ptr %_16, i64 %$10
  %$36 = load float, ptr %$35, align 4
  %$37 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$15
  %$38 = getelementptr inbounds float, ptr %$37, i64 436
  %$39 = load float, ptr %$38, align 4
  %$40 = load float, ptr %acc.3.cell
  %$41 = call float @llvm.fma.f32(float %$36, float %$39, float %$40)
  store float %$41, ptr %acc.3.cell
  %$42 = getelementptr inbounds float, ptr %_16, i64 %$10
  %$43 = getelementptr inbounds float, ptr %$42, i64 1
  %$44 = load float, ptr %$43, align 4
  %$45 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$15
  %$46 = getelementptr inbounds float, ptr %$45, i64 5
  %$47 = load float, ptr %$46, align 4
  %$48 = load float, ptr %acc.0.cell
  %$49 = call float @llvm.fma.f32(float %$44, float %$47, float %$48)
  store float %$49, ptr %acc.0.cell
  %$50 = getelementptr inbounds float, ptr %_16, i64 %$10
  %$51 = getelementptr inbounds float, ptr %$50, i64 1
  %$52 = load float, ptr %$51, align 4
  %$53 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$15
  %$54 = getelementptr inbounds float, ptr %$53, i64 149
  %$55 = load float, ptr %$54, align 4
  %$56 = load float, ptr %acc.1.cell
  %$57 = call float @llvm.fma.f32(float %$52, float %$55, float %$56)
  store float %$57, ptr %acc.1.cell
  %$58 = getelementptr inbounds float, ptr %_16, i64 %$10
  %$59 = getelementptr inbounds float, ptr %$58, i64 1
  %$60 = load float, ptr %$59, align 4
  %$61 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$15
  %$62 = getelementptr inbounds float, ptr %$61, i64 293
  %$63 = load float, ptr %$62, align 4
  %$64 = load float, ptr %acc.2.cell
  %$65 = call float @llvm.fma.f32(float %$60, float %$63, float %$64)
  store float %$65, ptr %acc.2.cell
  %$66 = getelementptr inbounds float, ptr %_16, i64 %$10
  %$67 = getelementptr inbounds float, ptr %$66, i64 1
  %$68 = load float, ptr %$67, align 4
  %$69 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$15
  %$70 = getelementptr inbounds float, ptr %$69, i64 437
  %$71 = load float, ptr %$70, align 4
  %$72 = load float, ptr %acc.3.cell
  %$73 = call float @llvm.fma.f32(float %$68, float %$71, float %$72)
  store float %$73, ptr %acc.3.cell
  %$74 = getelementptr inbounds float, ptr %_16, i64 %$10
  %$75 = getelementptr inbounds float, ptr %$74, i64 7
  %$76 = load float, ptr %$75, align 4
  %$77 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$15
  %$78 = getelementptr inbounds float, ptr %$77, i64 7
  %$79 = load float, ptr %$78, align 4
  %$80 = load float, ptr %acc.0.cell
  %$81 = call float @llvm.fma.f32(float %$76, float %$79, float %$80)
  store float %$81, ptr %acc.0.cell
  %$82 = getelementptr inbounds float, ptr %_16, i64 %$10
  %$83 = getelementptr inbounds float, ptr %$82, i64 7
  %$84 = load float, ptr %$83, align 4
  %$85 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$15
  %$86 = getelementptr inbounds float, ptr %$85, i64 151
  %$87 = load float, ptr %$86, align 4
  %$88 = load float, ptr %acc.1.cell
  %$89 = call float @llvm.fma.f32(float %$84, float %$87, float %$88)
  store float %$89, ptr %acc.1.cell
  %$90 = getelementptr inbounds float, ptr %_16, i64 %$10
  %$91 = getelementptr inbounds float, ptr %$90, i64 7
  %$92 = load float, ptr %$91, align 4
  %$93 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$15
  %$94 = getelementptr inbounds float, ptr %$93, i64 295
  %$95 = load float, ptr %$94, align 4
  %$96 = load float, ptr %acc.2.cell
  %$97 = call float @llvm.fma.f32(float %$92, float %$95, float %$96)
  store float %$97, ptr %acc.2.cell
  %$98 = getelementptr inbounds float, ptr %_16, i64 %$10
  %$99 = getelementptr inbounds float, ptr %$98, i64 7
  %$100 = load float, ptr %$99, align 4
  %$101 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$15
  %$102 = getelementptr inbounds float, ptr %$101, i64 439
  %$103 = load float, ptr %$102, align 4
  %$104 = load float, ptr %acc.3.cell
  %$105 = call float @llvm.fma.f32(float %$100, float %$103, float %$104)
  store float %$105, ptr %acc.3.cell
  %$106 = getelementptr inbounds float, ptr %_16, i64 %$10
  %$107 = getelementptr inbounds float, ptr %$106, i64 8
  %$108 = load float, ptr %$107, align 4
  %$109 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$15
  %$110 = getelementptr inbounds float, ptr %$109, i64 8
  %$111 = load float, ptr %$110, align 4
  %$112 = load float, ptr %acc.0.cell
  %$113 = call float @llvm.fma.f32(float %$108, float %$111, float %$112)
  store float %$113, ptr %acc.0.cell
  %$114 = getelementptr inbounds float, ptr %_16, i64 %$10
  %$115 = getelementptr inbounds float, ptr %$114, i64 8
  %$116 = load float, ptr %$115, align 4
  %$117 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$15
  %$118 = getelementptr inbounds float, ptr %$117, i64 152
  %$119 = load float, ptr %$118, align 4
  %$120 = load float, ptr %acc.1.cell
  %$121 = call float @llvm.fma.f32(float %$116, float %$119, float %$120)
  store float %$121, ptr %acc.1.cell
  %$122 = getelementptr inbounds float, ptr %_16, i64 %$10
  %$123 = getelementptr inbounds float, ptr %$122, i64 8
  %$124 = load float, ptr %$123, align 4
  %$125 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$15
  %$126 = getelementptr inbounds float, ptr %$125, i64 296
  %$127 = load float, ptr %$126, align 4
  %$128 = load float, ptr %acc.2.cell
  %$129 = call float @llvm.fma.f32(float %$124, float %$127, float %$128)
  store float %$129, ptr %acc.2.cell
  %$130 = getelementptr inbounds float, ptr %_16, i64 %$10
  %$131 = getelementptr inbounds float, ptr %$130, i64 8
  %$132 = load float, ptr %$131, align 4
  %$133 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$15
  %$134 = getelementptr inbounds float, ptr %$133, i64 440
  %$135 = load float, ptr %$134, align 4
  %$136 = load float, ptr %acc.3.cell
  %$137 = call float @llvm.fma.f32(float %$132, float %$135, float %$136)
  store float %$137, ptr %acc.3.cell
  %c.next = add nuw nsw i64 %c, 1
  %$138 = icmp slt i64 %c.next, 16
  br i1 %$138, label %c.body.6, label %c.exit.7
c.exit.7:
  %$139 = load float, ptr %acc.0.cell
  %$140 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$141 = load float, ptr %$140, align 16
  %$142 = fadd float %$139, %$141
  %$143 = fcmp ogt float 0x0000000000000000, %$142
  %$144 = select i1 %$143, float 0x0000000000000000, float %$142
  %$145 = mul nsw i64 %n, 1568
  %$146 = mul nsw i64 %o, 49
  %$147 = add nsw i64 %$145, %$146
  %$148 = getelementptr inbounds float, ptr %_18, i64 %$147
  store float %$144, ptr %$148, align 16
  %$149 = load float, ptr %acc.1.cell
  %$150 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$151 = getelementptr inbounds float, ptr %$150, i64 1
  %$152 = load float, ptr %$151, align 4
  %$153 = fadd float %$149, %$152
  %$154 = fcmp ogt float 0x0000000000000000, %$153
  %$155 = select i1 %$154, float 0x0000000000000000, float %$153
  %$156 = getelementptr inbounds float, ptr %_18, i64 %$147
  %$157 = getelementptr inbounds float, ptr %$156, i64 49
  store float %$155, ptr %$157, align 4
  %$158 = load float, ptr %acc.2.cell
  %$159 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$160 = getelementptr inbounds float, ptr %$159, i64 2
  %$161 = load float, ptr %$160, align 8
  %$162 = fadd float %$158, %$161
  %$163 = fcmp ogt float 0x0000000000000000, %$162
  %$164 = select i1 %$163, float 0x0000000000000000, float %$162
  %$165 = getelementptr inbounds float, ptr %_18, i64 %$147
  %$166 = getelementptr inbounds float, ptr %$165, i64 98
  store float %$164, ptr %$166, align 8
  %$167 = load float, ptr %acc.3.cell
  %$168 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$169 = getelementptr inbounds float, ptr %$168, i64 3
  %$170 = load float, ptr %$169, align 4
  %$171 = fadd float %$167, %$170
  %$172 = fcmp ogt float 0x0000000000000000, %$171
  %$173 = select i1 %$172, float 0x0000000000000000, float %$171
  %$174 = getelementptr inbounds float, ptr %_18, i64 %$147
  %$175 = getelementptr inbounds float, ptr %$174, i64 147
  store float %$173, ptr %$175, align 4
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %acc_2.0.cell
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %acc_2.1.cell
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %acc_2.2.cell
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %acc_2.3.cell
  br label %c_2.body.176
c_2.body.176:
  %c_2 = phi i64 [ 0, %c.exit.7 ], [ %c_2.next, %c_2.body.176 ]
  %$178 = mul nsw i64 %n, 784
  %$179 = mul nsw i64 %c_2, 49
  %$180 = add nsw i64 %$178, %$179
  %$181 = getelementptr inbounds float, ptr %_16, i64 %$180
  %$182 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$181, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$183 = mul nsw i64 %o, 144
  %$184 = mul nsw i64 %c_2, 9
  %$185 = add nsw i64 %$183, %$184
  %$186 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$185
  %$187 = getelementptr inbounds float, ptr %$186, i64 3
  %$188 = load float, ptr %$187, align 4
  %$189 = insertelement <8 x float> poison, float %$188, i32 0
  %$190 = shufflevector <8 x float> %$189, <8 x float> poison, <8 x i32> zeroinitializer
  %$191 = load <8 x float>, ptr %acc_2.0.cell
  %$192 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$182, <8 x float> %$190, <8 x float> %$191)
  store <8 x float> %$192, ptr %acc_2.0.cell
  %$193 = getelementptr inbounds float, ptr %_16, i64 %$180
  %$194 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$193, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$195 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$185
  %$196 = getelementptr inbounds float, ptr %$195, i64 147
  %$197 = load float, ptr %$196, align 4
  %$198 = insertelement <8 x float> poison, float %$197, i32 0
  %$199 = shufflevector <8 x float> %$198, <8 x float> poison, <8 x i32> zeroinitializer
  %$200 = load <8 x float>, ptr %acc_2.1.cell
  %$201 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$194, <8 x float> %$199, <8 x float> %$200)
  store <8 x float> %$201, ptr %acc_2.1.cell
  %$202 = getelementptr inbounds float, ptr %_16, i64 %$180
  %$203 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$202, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$204 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$185
  %$205 = getelementptr inbounds float, ptr %$204, i64 291
  %$206 = load float, ptr %$205, align 4
  %$207 = insertelement <8 x float> poison, float %$206, i32 0
  %$208 = shufflevector <8 x float> %$207, <8 x float> poison, <8 x i32> zeroinitializer
  %$209 = load <8 x float>, ptr %acc_2.2.cell
  %$210 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$203, <8 x float> %$208, <8 x float> %$209)
  store <8 x float> %$210, ptr %acc_2.2.cell
  %$211 = getelementptr inbounds float, ptr %_16, i64 %$180
  %$212 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$211, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$213 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$185
  %$214 = getelementptr inbounds float, ptr %$213, i64 435
  %$215 = load float, ptr %$214, align 4
  %$216 = insertelement <8 x float> poison, float %$215, i32 0
  %$217 = shufflevector <8 x float> %$216, <8 x float> poison, <8 x i32> zeroinitializer
  %$218 = load <8 x float>, ptr %acc_2.3.cell
  %$219 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$212, <8 x float> %$217, <8 x float> %$218)
  store <8 x float> %$219, ptr %acc_2.3.cell
  %$220 = getelementptr inbounds float, ptr %_16, i64 %$180
  %$221 = getelementptr inbounds float, ptr %$220, i64 1
  %$222 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$221, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$223 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$185
  %$224 = getelementptr inbounds float, ptr %$223, i64 4
  %$225 = load float, ptr %$224, align 4
  %$226 = insertelement <8 x float> poison, float %$225, i32 0
  %$227 = shufflevector <8 x float> %$226, <8 x float> poison, <8 x i32> zeroinitializer
  %$228 = load <8 x float>, ptr %acc_2.0.cell
  %$229 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$222, <8 x float> %$227, <8 x float> %$228)
  store <8 x float> %$229, ptr %acc_2.0.cell
  %$230 = getelementptr inbounds float, ptr %_16, i64 %$180
  %$231 = getelementptr inbounds float, ptr %$230, i64 1
  %$232 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$231, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$233 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$185
  %$234 = getelementptr inbounds float, ptr %$233, i64 148
  %$235 = load float, ptr %$234, align 4
  %$236 = insertelement <8 x float> poison, float %$235, i32 0
  %$237 = shufflevector <8 x float> %$236, <8 x float> poison, <8 x i32> zeroinitializer
  %$238 = load <8 x float>, ptr %acc_2.1.cell
  %$239 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$232, <8 x float> %$237, <8 x float> %$238)
  store <8 x float> %$239, ptr %acc_2.1.cell
  %$240 = getelementptr inbounds float, ptr %_16, i64 %$180
  %$241 = getelementptr inbounds float, ptr %$240, i64 1
  %$242 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$241, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$243 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$185
  %$244 = getelementptr inbounds float, ptr %$243, i64 292
  %$245 = load float, ptr %$244, align 4
  %$246 = insertelement <8 x float> poison, float %$245, i32 0
  %$247 = shufflevector <8 x float> %$246, <8 x float> poison, <8 x i32> zeroinitializer
  %$248 = load <8 x float>, ptr %acc_2.2.cell
  %$249 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$242, <8 x float> %$247, <8 x float> %$248)
  store <8 x float> %$249, ptr %acc_2.2.cell
  %$250 = getelementptr inbounds float, ptr %_16, i64 %$180
  %$251 = getelementptr inbounds float, ptr %$250, i64 1
  %$252 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$251, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$253 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$185
  %$254 = getelementptr inbounds float, ptr %$253, i64 436
  %$255 = load float, ptr %$254, align 4
  %$256 = insertelement <8 x float> poison, float %$255, i32 0
  %$257 = shufflevector <8 x float> %$256, <8 x float> poison, <8 x i32> zeroinitializer
  %$258 = load <8 x float>, ptr %acc_2.3.cell
  %$259 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$252, <8 x float> %$257, <8 x float> %$258)
  store <8 x float> %$259, ptr %acc_2.3.cell
  %$260 = getelementptr inbounds float, ptr %_16, i64 %$180
  %$261 = getelementptr inbounds float, ptr %$260, i64 2
  %$262 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$261, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$263 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$185
  %$264 = getelementptr inbounds float, ptr %$263, i64 5
  %$265 = load float, ptr %$264, align 4
  %$266 = insertelement <8 x float> poison, float %$265, i32 0
  %$267 = shufflevector <8 x float> %$266, <8 x float> poison, <8 x i32> zeroinitializer
  %$268 = load <8 x float>, ptr %acc_2.0.cell
  %$269 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$262, <8 x float> %$267, <8 x float> %$268)
  store <8 x float> %$269, ptr %acc_2.0.cell
  %$270 = getelementptr inbounds float, ptr %_16, i64 %$180
  %$271 = getelementptr inbounds float, ptr %$270, i64 2
  %$272 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$271, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$273 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$185
  %$274 = getelementptr inbounds float, ptr %$273, i64 149
  %$275 = load float, ptr %$274, align 4
  %$276 = insertelement <8 x float> poison, float %$275, i32 0
  %$277 = shufflevector <8 x float> %$276, <8 x float> poison, <8 x i32> zeroinitializer
  %$278 = load <8 x float>, ptr %acc_2.1.cell
  %$279 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$272, <8 x float> %$277, <8 x float> %$278)
  store <8 x float> %$279, ptr %acc_2.1.cell
  %$280 = getelementptr inbounds float, ptr %_16, i64 %$180
  %$281 = getelementptr inbounds float, ptr %$280, i64 2
  %$282 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$281, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$283 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$185
  %$284 = getelementptr inbounds float, ptr %$283, i64 293
  %$285 = load float, ptr %$284, align 4
  %$286 = insertelement <8 x float> poison, float %$285, i32 0
  %$287 = shufflevector <8 x float> %$286, <8 x float> poison, <8 x i32> zeroinitializer
  %$288 = load <8 x float>, ptr %acc_2.2.cell
  %$289 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$282, <8 x float> %$287, <8 x float> %$288)
  store <8 x float> %$289, ptr %acc_2.2.cell
  %$290 = getelementptr inbounds float, ptr %_16, i64 %$180
  %$291 = getelementptr inbounds float, ptr %$290, i64 2
  %$292 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$291, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$293 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$185
  %$294 = getelementptr inbounds float, ptr %$293, i64 437
  %$295 = load float, ptr %$294, align 4
  %$296 = insertelement <8 x float> poison, float %$295, i32 0
  %$297 = shufflevector <8 x float> %$296, <8 x float> poison, <8 x i32> zeroinitializer
  %$298 = load <8 x float>, ptr %acc_2.3.cell
  %$299 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$292, <8 x float> %$297, <8 x float> %$298)
  store <8 x float> %$299, ptr %acc_2.3.cell
  %$300 = getelementptr inbounds float, ptr %_16, i64 %$180
  %$301 = getelementptr inbounds float, ptr %$300, i64 7
  %$302 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$301, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$303 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$185
  %$304 = getelementptr inbounds float, ptr %$303, i64 6
  %$305 = load float, ptr %$304, align 4
  %$306 = insertelement <8 x float> poison, float %$305, i32 0
  %$307 = shufflevector <8 x float> %$306, <8 x float> poison, <8 x i32> zeroinitializer
  %$308 = load <8 x float>, ptr %acc_2.0.cell
  %$309 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$302, <8 x float> %$307, <8 x float> %$308)
  store <8 x float> %$309, ptr %acc_2.0.cell
  %$310 = getelementptr inbounds float, ptr %_16, i64 %$180
  %$311 = getelementptr inbounds float, ptr %$310, i64 7
  %$312 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$311, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$313 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$185
  %$314 = getelementptr inbounds float, ptr %$313, i64 150
  %$315 = load float, ptr %$314, align 4
  %$316 = insertelement <8 x float> poison, float %$315, i32 0
  %$317 = shufflevector <8 x float> %$316, <8 x float> poison, <8 x i32> zeroinitializer
  %$318 = load <8 x float>, ptr %acc_2.1.cell
  %$319 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$312, <8 x float> %$317, <8 x float> %$318)
  store <8 x float> %$319, ptr %acc_2.1.cell
  %$320 = getelementptr inbounds float, ptr %_16, i64 %$180
  %$321 = getelementptr inbounds float, ptr %$320, i64 7
  %$322 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$321, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$323 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$185
  %$324 = getelementptr inbounds float, ptr %$323, i64 294
  %$325 = load float, ptr %$324, align 4
  %$326 = insertelement <8 x float> poison, float %$325, i32 0
  %$327 = shufflevector <8 x float> %$326, <8 x float> poison, <8 x i32> zeroinitializer
  %$328 = load <8 x float>, ptr %acc_2.2.cell
  %$329 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$322, <8 x float> %$327, <8 x float> %$328)
  store <8 x float> %$329, ptr %acc_2.2.cell
  %$330 = getelementptr inbounds float, ptr %_16, i64 %$180
  %$331 = getelementptr inbounds float, ptr %$330, i64 7
  %$332 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$331, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$333 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$185
  %$334 = getelementptr inbounds float, ptr %$333, i64 438
  %$335 = load float, ptr %$334, align 4
  %$336 = insertelement <8 x float> poison, float %$335, i32 0
  %$337 = shufflevector <8 x float> %$336, <8 x float> poison, <8 x i32> zeroinitializer
  %$338 = load <8 x float>, ptr %acc_2.3.cell
  %$339 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$332, <8 x float> %$337, <8 x float> %$338)
  store <8 x float> %$339, ptr %acc_2.3.cell
  %$340 = getelementptr inbounds float, ptr %_16, i64 %$180
  %$341 = getelementptr inbounds float, ptr %$340, i64 8
  %$342 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$341, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$343 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$185
  %$344 = getelementptr inbounds float, ptr %$343, i64 7
  %$345 = load float, ptr %$344, align 4
  %$346 = insertelement <8 x float> poison, float %$345, i32 0
  %$347 = shufflevector <8 x float> %$346, <8 x float> poison, <8 x i32> zeroinitializer
  %$348 = load <8 x float>, ptr %acc_2.0.cell
  %$349 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$342, <8 x float> %$347, <8 x float> %$348)
  store <8 x float> %$349, ptr %acc_2.0.cell
  %$350 = getelementptr inbounds float, ptr %_16, i64 %$180
  %$351 = getelementptr inbounds float, ptr %$350, i64 8
  %$352 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$351, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$353 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$185
  %$354 = getelementptr inbounds float, ptr %$353, i64 151
  %$355 = load float, ptr %$354, align 4
  %$356 = insertelement <8 x float> poison, float %$355, i32 0
  %$357 = shufflevector <8 x float> %$356, <8 x float> poison, <8 x i32> zeroinitializer
  %$358 = load <8 x float>, ptr %acc_2.1.cell
  %$359 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$352, <8 x float> %$357, <8 x float> %$358)
  store <8 x float> %$359, ptr %acc_2.1.cell
  %$360 = getelementptr inbounds float, ptr %_16, i64 %$180
  %$361 = getelementptr inbounds float, ptr %$360, i64 8
  %$362 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$361, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$363 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$185
  %$364 = getelementptr inbounds float, ptr %$363, i64 295
  %$365 = load float, ptr %$364, align 4
  %$366 = insertelement <8 x float> poison, float %$365, i32 0
  %$367 = shufflevector <8 x float> %$366, <8 x float> poison, <8 x i32> zeroinitializer
  %$368 = load <8 x float>, ptr %acc_2.2.cell
  %$369 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$362, <8 x float> %$367, <8 x float> %$368)
  store <8 x float> %$369, ptr %acc_2.2.cell
  %$370 = getelementptr inbounds float, ptr %_16, i64 %$180
  %$371 = getelementptr inbounds float, ptr %$370, i64 8
  %$372 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$371, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$373 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$185
  %$374 = getelementptr inbounds float, ptr %$373, i64 439
  %$375 = load float, ptr %$374, align 4
  %$376 = insertelement <8 x float> poison, float %$375, i32 0
  %$377 = shufflevector <8 x float> %$376, <8 x float> poison, <8 x i32> zeroinitializer
  %$378 = load <8 x float>, ptr %acc_2.3.cell
  %$379 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$372, <8 x float> %$377, <8 x float> %$378)
  store <8 x float> %$379, ptr %acc_2.3.cell
  %$380 = getelementptr inbounds float, ptr %_16, i64 %$180
  %$381 = getelementptr inbounds float, ptr %$380, i64 9
  %$382 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$381, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$383 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$185
  %$384 = getelementptr inbounds float, ptr %$383, i64 8
  %$385 = load float, ptr %$384, align 4
  %$386 = insertelement <8 x float> poison, float %$385, i32 0
  %$387 = shufflevector <8 x float> %$386, <8 x float> poison, <8 x i32> zeroinitializer
  %$388 = load <8 x float>, ptr %acc_2.0.cell
  %$389 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$382, <8 x float> %$387, <8 x float> %$388)
  store <8 x float> %$389, ptr %acc_2.0.cell
  %$390 = getelementptr inbounds float, ptr %_16, i64 %$180
  %$391 = getelementptr inbounds float, ptr %$390, i64 9
  %$392 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$391, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$393 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$185
  %$394 = getelementptr inbounds float, ptr %$393, i64 152
  %$395 = load float, ptr %$394, align 4
  %$396 = insertelement <8 x float> poison, float %$395, i32 0
  %$397 = shufflevector <8 x float> %$396, <8 x float> poison, <8 x i32> zeroinitializer
  %$398 = load <8 x float>, ptr %acc_2.1.cell
  %$399 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$392, <8 x float> %$397, <8 x float> %$398)
  store <8 x float> %$399, ptr %acc_2.1.cell
  %$400 = getelementptr inbounds float, ptr %_16, i64 %$180
  %$401 = getelementptr inbounds float, ptr %$400, i64 9
  %$402 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$401, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$403 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$185
  %$404 = getelementptr inbounds float, ptr %$403, i64 296
  %$405 = load float, ptr %$404, align 4
  %$406 = insertelement <8 x float> poison, float %$405, i32 0
  %$407 = shufflevector <8 x float> %$406, <8 x float> poison, <8 x i32> zeroinitializer
  %$408 = load <8 x float>, ptr %acc_2.2.cell
  %$409 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$402, <8 x float> %$407, <8 x float> %$408)
  store <8 x float> %$409, ptr %acc_2.2.cell
  %$410 = getelementptr inbounds float, ptr %_16, i64 %$180
  %$411 = getelementptr inbounds float, ptr %$410, i64 9
  %$412 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$411, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$413 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$185
  %$414 = getelementptr inbounds float, ptr %$413, i64 440
  %$415 = load float, ptr %$414, align 4
  %$416 = insertelement <8 x float> poison, float %$415, i32 0
  %$417 = shufflevector <8 x float> %$416, <8 x float> poison, <8 x i32> zeroinitializer
  %$418 = load <8 x float>, ptr %acc_2.3.cell
  %$419 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$412, <8 x float> %$417, <8 x float> %$418)
  store <8 x float> %$419, ptr %acc_2.3.cell
  %c_2.next = add nuw nsw i64 %c_2, 1
  %$420 = icmp slt i64 %c_2.next, 16
  br i1 %$420, label %c_2.body.176, label %c_2.exit.177
c_2.exit.177:
  %$421 = load <8 x float>, ptr %acc_2.0.cell
  %$422 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$423 = load float, ptr %$422, align 16
  %$424 = insertelement <8 x float> poison, float %$423, i32 0
  %$425 = shufflevector <8 x float> %$424, <8 x float> poison, <8 x i32> zeroinitializer
  %$426 = fadd <8 x float> %$421, %$425
  %$427 = fcmp ogt <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, %$426
  %$428 = select <8 x i1> %$427, <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, <8 x float> %$426
  %$429 = getelementptr inbounds float, ptr %_18, i64 %$147
  %$430 = getelementptr inbounds float, ptr %$429, i64 1
  call void @llvm.masked.store.v8f32.p0(<8 x float> %$428, ptr %$430, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>)
  %$431 = load <8 x float>, ptr %acc_2.1.cell
  %$432 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$433 = getelementptr inbounds float, ptr %$432, i64 1
  %$434 = load float, ptr %$433, align 4
  %$435 = insertelement <8 x float> poison, float %$434, i32 0
  %$436 = shufflevector <8 x float> %$435, <8 x float> poison, <8 x i32> zeroinitializer
  %$437 = fadd <8 x float> %$431, %$436
  %$438 = fcmp ogt <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, %$437
  %$439 = select <8 x i1> %$438, <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, <8 x float> %$437
  %$440 = getelementptr inbounds float, ptr %_18, i64 %$147
  %$441 = getelementptr inbounds float, ptr %$440, i64 50
  call void @llvm.masked.store.v8f32.p0(<8 x float> %$439, ptr %$441, i32 8, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>)
  %$442 = load <8 x float>, ptr %acc_2.2.cell
  %$443 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$444 = getelementptr inbounds float, ptr %$443, i64 2
  %$445 = load float, ptr %$444, align 8
  %$446 = insertelement <8 x float> poison, float %$445, i32 0
  %$447 = shufflevector <8 x float> %$446, <8 x float> poison, <8 x i32> zeroinitializer
  %$448 = fadd <8 x float> %$442, %$447
  %$449 = fcmp ogt <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, %$448
  %$450 = select <8 x i1> %$449, <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, <8 x float> %$448
  %$451 = getelementptr inbounds float, ptr %_18, i64 %$147
  %$452 = getelementptr inbounds float, ptr %$451, i64 99
  call void @llvm.masked.store.v8f32.p0(<8 x float> %$450, ptr %$452, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>)
  %$453 = load <8 x float>, ptr %acc_2.3.cell
  %$454 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$455 = getelementptr inbounds float, ptr %$454, i64 3
  %$456 = load float, ptr %$455, align 4
  %$457 = insertelement <8 x float> poison, float %$456, i32 0
  %$458 = shufflevector <8 x float> %$457, <8 x float> poison, <8 x i32> zeroinitializer
  %$459 = fadd <8 x float> %$453, %$458
  %$460 = fcmp ogt <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, %$459
  %$461 = select <8 x i1> %$460, <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, <8 x float> %$459
  %$462 = getelementptr inbounds float, ptr %_18, i64 %$147
  %$463 = getelementptr inbounds float, ptr %$462, i64 148
  call void @llvm.masked.store.v8f32.p0(<8 x float> %$461, ptr %$463, i32 16, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>)
  store float 0x0000000000000000, ptr %acc_3.0.cell
  store float 0x0000000000000000, ptr %acc_3.1.cell
  store float 0x0000000000000000, ptr %acc_3.2.cell
  store float 0x0000000000000000, ptr %acc_3.3.cell
  br label %c_3.body.464
c_3.body.464:
  %c_3 = phi i64 [ 0, %c_2.exit.177 ], [ %c_3.next, %c_3.body.464 ]
  %$466 = mul nsw i64 %n, 784
  %$467 = mul nsw i64 %c_3, 49
  %$468 = add nsw i64 %$466, %$467
  %$469 = getelementptr inbounds float, ptr %_16, i64 %$468
  %$470 = getelementptr inbounds float, ptr %$469, i64 5
  %$471 = load float, ptr %$470, align 4
  %$472 = mul nsw i64 %o, 144
  %$473 = mul nsw i64 %c_3, 9
  %$474 = add nsw i64 %$472, %$473
  %$475 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$474
  %$476 = getelementptr inbounds float, ptr %$475, i64 3
  %$477 = load float, ptr %$476, align 4
  %$478 = load float, ptr %acc_3.0.cell
  %$479 = call float @llvm.fma.f32(float %$471, float %$477, float %$478)
  store float %$479, ptr %acc_3.0.cell
  %$480 = getelementptr inbounds float, ptr %_16, i64 %$468
  %$481 = getelementptr inbounds float, ptr %$480, i64 5
  %$482 = load float, ptr %$481, align 4
  %$483 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$474
  %$484 = getelementptr inbounds float, ptr %$483, i64 147
  %$485 = load float, ptr %$484, align 4
  %$486 = load float, ptr %acc_3.1.cell
  %$487 = call float @llvm.fma.f32(float %$482, float %$485, float %$486)
  store float %$487, ptr %acc_3.1.cell
  %$488 = getelementptr inbounds float, ptr %_16, i64 %$468
  %$489 = getelementptr inbounds float, ptr %$488, i64 5
  %$490 = load float, ptr %$489, align 4
  %$491 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$474
  %$492 = getelementptr inbounds float, ptr %$491, i64 291
  %$493 = load float, ptr %$492, align 4
  %$494 = load float, ptr %acc_3.2.cell
  %$495 = call float @llvm.fma.f32(float %$490, float %$493, float %$494)
  store float %$495, ptr %acc_3.2.cell
  %$496 = getelementptr inbounds float, ptr %_16, i64 %$468
  %$497 = getelementptr inbounds float, ptr %$496, i64 5
  %$498 = load float, ptr %$497, align 4
  %$499 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$474
  %$500 = getelementptr inbounds float, ptr %$499, i64 435
  %$501 = load float, ptr %$500, align 4
  %$502 = load float, ptr %acc_3.3.cell
  %$503 = call float @llvm.fma.f32(float %$498, float %$501, float %$502)
  store float %$503, ptr %acc_3.3.cell
  %$504 = getelementptr inbounds float, ptr %_16, i64 %$468
  %$505 = getelementptr inbounds float, ptr %$504, i64 6
  %$506 = load float, ptr %$505, align 4
  %$507 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$474
  %$508 = getelementptr inbounds float, ptr %$507, i64 4
  %$509 = load float, ptr %$508, align 4
  %$510 = load float, ptr %acc_3.0.cell
  %$511 = call float @llvm.fma.f32(float %$506, float %$509, float %$510)
  store float %$511, ptr %acc_3.0.cell
  %$512 = getelementptr inbounds float, ptr %_16, i64 %$468
  %$513 = getelementptr inbounds float, ptr %$512, i64 6
  %$514 = load float, ptr %$513, align 4
  %$515 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$474
  %$516 = getelementptr inbounds float, ptr %$515, i64 148
  %$517 = load float, ptr %$516, align 4
  %$518 = load float, ptr %acc_3.1.cell
  %$519 = call float @llvm.fma.f32(float %$514, float %$517, float %$518)
  store float %$519, ptr %acc_3.1.cell
  %$520 = getelementptr inbounds float, ptr %_16, i64 %$468
  %$521 = getelementptr inbounds float, ptr %$520, i64 6
  %$522 = load float, ptr %$521, align 4
  %$523 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$474
  %$524 = getelementptr inbounds float, ptr %$523, i64 292
  %$525 = load float, ptr %$524, align 4
  %$526 = load float, ptr %acc_3.2.cell
  %$527 = call float @llvm.fma.f32(float %$522, float %$525, float %$526)
  store float %$527, ptr %acc_3.2.cell
  %$528 = getelementptr inbounds float, ptr %_16, i64 %$468
  %$529 = getelementptr inbounds float, ptr %$528, i64 6
  %$530 = load float, ptr %$529, align 4
  %$531 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$474
  %$532 = getelementptr inbounds float, ptr %$531, i64 436
  %$533 = load float, ptr %$532, align 4
  %$534 = load float, ptr %acc_3.3.cell
  %$535 = call float @llvm.fma.f32(float %$530, float %$533, float %$534)
  store float %$535, ptr %acc_3.3.cell
  %$536 = getelementptr inbounds float, ptr %_16, i64 %$468
  %$537 = getelementptr inbounds float, ptr %$536, i64 12
  %$538 = load float, ptr %$537, align 4
  %$539 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$474
  %$540 = getelementptr inbounds float, ptr %$539, i64 6
  %$541 = load float, ptr %$540, align 4
  %$542 = load float, ptr %acc_3.0.cell
  %$543 = call float @llvm.fma.f32(float %$538, float %$541, float %$542)
  store float %$543, ptr %acc_3.0.cell
  %$544 = getelementptr inbounds float, ptr %_16, i64 %$468
  %$545 = getelementptr inbounds float, ptr %$544, i64 12
  %$546 = load float, ptr %$545, align 4
  %$547 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$474
  %$548 = getelementptr inbounds float, ptr %$547, i64 150
  %$549 = load float, ptr %$548, align 4
  %$550 = load float, ptr %acc_3.1.cell
  %$551 = call float @llvm.fma.f32(float %$546, float %$549, float %$550)
  store float %$551, ptr %acc_3.1.cell
  %$552 = getelementptr inbounds float, ptr %_16, i64 %$468
  %$553 = getelementptr inbounds float, ptr %$552, i64 12
  %$554 = load float, ptr %$553, align 4
  %$555 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$474
  %$556 = getelementptr inbounds float, ptr %$555, i64 294
  %$557 = load float, ptr %$556, align 4
  %$558 = load float, ptr %acc_3.2.cell
  %$559 = call float @llvm.fma.f32(float %$554, float %$557, float %$558)
  store float %$559, ptr %acc_3.2.cell
  %$560 = getelementptr inbounds float, ptr %_16, i64 %$468
  %$561 = getelementptr inbounds float, ptr %$560, i64 12
  %$562 = load float, ptr %$561, align 4
  %$563 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$474
  %$564 = getelementptr inbounds float, ptr %$563, i64 438
  %$565 = load float, ptr %$564, align 4
  %$566 = load float, ptr %acc_3.3.cell
  %$567 = call float @llvm.fma.f32(float %$562, float %$565, float %$566)
  store float %$567, ptr %acc_3.3.cell
  %$568 = getelementptr inbounds float, ptr %_16, i64 %$468
  %$569 = getelementptr inbounds float, ptr %$568, i64 13
  %$570 = load float, ptr %$569, align 4
  %$571 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$474
  %$572 = getelementptr inbounds float, ptr %$571, i64 7
  %$573 = load float, ptr %$572, align 4
  %$574 = load float, ptr %acc_3.0.cell
  %$575 = call float @llvm.fma.f32(float %$570, float %$573, float %$574)
  store float %$575, ptr %acc_3.0.cell
  %$576 = getelementptr inbounds float, ptr %_16, i64 %$468
  %$577 = getelementptr inbounds float, ptr %$576, i64 13
  %$578 = load float, ptr %$577, align 4
  %$579 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$474
  %$580 = getelementptr inbounds float, ptr %$579, i64 151
  %$581 = load float, ptr %$580, align 4
  %$582 = load float, ptr %acc_3.1.cell
  %$583 = call float @llvm.fma.f32(float %$578, float %$581, float %$582)
  store float %$583, ptr %acc_3.1.cell
  %$584 = getelementptr inbounds float, ptr %_16, i64 %$468
  %$585 = getelementptr inbounds float, ptr %$584, i64 13
  %$586 = load float, ptr %$585, align 4
  %$587 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$474
  %$588 = getelementptr inbounds float, ptr %$587, i64 295
  %$589 = load float, ptr %$588, align 4
  %$590 = load float, ptr %acc_3.2.cell
  %$591 = call float @llvm.fma.f32(float %$586, float %$589, float %$590)
  store float %$591, ptr %acc_3.2.cell
  %$592 = getelementptr inbounds float, ptr %_16, i64 %$468
  %$593 = getelementptr inbounds float, ptr %$592, i64 13
  %$594 = load float, ptr %$593, align 4
  %$595 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$474
  %$596 = getelementptr inbounds float, ptr %$595, i64 439
  %$597 = load float, ptr %$596, align 4
  %$598 = load float, ptr %acc_3.3.cell
  %$599 = call float @llvm.fma.f32(float %$594, float %$597, float %$598)
  store float %$599, ptr %acc_3.3.cell
  %c_3.next = add nuw nsw i64 %c_3, 1
  %$600 = icmp slt i64 %c_3.next, 16
  br i1 %$600, label %c_3.body.464, label %c_3.exit.465
c_3.exit.465:
  %$601 = load float, ptr %acc_3.0.cell
  %$602 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$603 = load float, ptr %$602, align 16
  %$604 = fadd float %$601, %$603
  %$605 = fcmp ogt float 0x0000000000000000, %$604
  %$606 = select i1 %$605, float 0x0000000000000000, float %$604
  %$607 = getelementptr inbounds float, ptr %_18, i64 %$147
  %$608 = getelementptr inbounds float, ptr %$607, i64 6
  store float %$606, ptr %$608, align 8
  %$609 = load float, ptr %acc_3.1.cell
  %$610 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$611 = getelementptr inbounds float, ptr %$610, i64 1
  %$612 = load float, ptr %$611, align 4
  %$613 = fadd float %$609, %$612
  %$614 = fcmp ogt float 0x0000000000000000, %$613
  %$615 = select i1 %$614, float 0x0000000000000000, float %$613
  %$616 = getelementptr inbounds float, ptr %_18, i64 %$147
  %$617 = getelementptr inbounds float, ptr %$616, i64 55
  store float %$615, ptr %$617, align 4
  %$618 = load float, ptr %acc_3.2.cell
  %$619 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$620 = getelementptr inbounds float, ptr %$619, i64 2
  %$621 = load float, ptr %$620, align 8
  %$622 = fadd float %$618, %$621
  %$623 = fcmp ogt float 0x0000000000000000, %$622
  %$624 = select i1 %$623, float 0x0000000000000000, float %$622
  %$625 = getelementptr inbounds float, ptr %_18, i64 %$147
  %$626 = getelementptr inbounds float, ptr %$625, i64 104
  store float %$624, ptr %$626, align 16
  %$627 = load float, ptr %acc_3.3.cell
  %$628 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$629 = getelementptr inbounds float, ptr %$628, i64 3
  %$630 = load float, ptr %$629, align 4
  %$631 = fadd float %$627, %$630
  %$632 = fcmp ogt float 0x0000000000000000, %$631
  %$633 = select i1 %$632, float 0x0000000000000000, float %$631
  %$634 = getelementptr inbounds float, ptr %_18, i64 %$147
  %$635 = getelementptr inbounds float, ptr %$634, i64 153
  store float %$633, ptr %$635, align 4
  br label %y.body.636
y.body.636:
  %y = phi i64 [ 1, %c_3.exit.465 ], [ %y.next, %c_6.exit.1283 ]
  store float 0x0000000000000000, ptr %acc_4.0.cell
  store float 0x0000000000000000, ptr %acc_4.1.cell
  store float 0x0000000000000000, ptr %acc_4.2.cell
  store float 0x0000000000000000, ptr %acc_4.3.cell
  br label %c_4.body.638
c_4.body.638:
  %c_4 = phi i64 [ 0, %y.body.636 ], [ %c_4.next, %c_4.body.638 ]
  %$640 = mul nsw i64 %n, 784
  %$641 = mul nsw i64 %c_4, 49
  %$642 = add nsw i64 %$640, %$641
  %$643 = mul nsw i64 %y, 7
  %$644 = add nsw i64 %$642, %$643
  %$645 = getelementptr inbounds float, ptr %_16, i64 %$644
  %$646 = getelementptr inbounds float, ptr %$645, i64 -7
  %$647 = load float, ptr %$646, align 4
  %$648 = mul nsw i64 %o, 144
  %$649 = mul nsw i64 %c_4, 9
  %$650 = add nsw i64 %$648, %$649
  %$651 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$650
  %$652 = getelementptr inbounds float, ptr %$651, i64 1
  %$653 = load float, ptr %$652, align 4
  %$654 = load float, ptr %acc_4.0.cell
  %$655 = call float @llvm.fma.f32(float %$647, float %$653, float %$654)
  store float %$655, ptr %acc_4.0.cell
  %$656 = getelementptr inbounds float, ptr %_16, i64 %$644
  %$657 = getelementptr inbounds float, ptr %$656, i64 -7
  %$658 = load float, ptr %$657, align 4
  %$659 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$650
  %$660 = getelementptr inbounds float, ptr %$659, i64 145
  %$661 = load float, ptr %$660, align 4
  %$662 = load float, ptr %acc_4.1.cell
  %$663 = call float @llvm.fma.f32(float %$658, float %$661, float %$662)
  store float %$663, ptr %acc_4.1.cell
  %$664 = getelementptr inbounds float, ptr %_16, i64 %$644
  %$665 = getelementptr inbounds float, ptr %$664, i64 -7
  %$666 = load float, ptr %$665, align 4
  %$667 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$650
  %$668 = getelementptr inbounds float, ptr %$667, i64 289
  %$669 = load float, ptr %$668, align 4
  %$670 = load float, ptr %acc_4.2.cell
  %$671 = call float @llvm.fma.f32(float %$666, float %$669, float %$670)
  store float %$671, ptr %acc_4.2.cell
  %$672 = getelementptr inbounds float, ptr %_16, i64 %$644
  %$673 = getelementptr inbounds float, ptr %$672, i64 -7
  %$674 = load float, ptr %$673, align 4
  %$675 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$650
  %$676 = getelementptr inbounds float, ptr %$675, i64 433
  %$677 = load float, ptr %$676, align 4
  %$678 = load float, ptr %acc_4.3.cell
  %$679 = call float @llvm.fma.f32(float %$674, float %$677, float %$678)
  store float %$679, ptr %acc_4.3.cell
  %$680 = getelementptr inbounds float, ptr %_16, i64 %$644
  %$681 = getelementptr inbounds float, ptr %$680, i64 -6
  %$682 = load float, ptr %$681, align 4
  %$683 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$650
  %$684 = getelementptr inbounds float, ptr %$683, i64 2
  %$685 = load float, ptr %$684, align 4
  %$686 = load float, ptr %acc_4.0.cell
  %$687 = call float @llvm.fma.f32(float %$682, float %$685, float %$686)
  store float %$687, ptr %acc_4.0.cell
  %$688 = getelementptr inbounds float, ptr %_16, i64 %$644
  %$689 = getelementptr inbounds float, ptr %$688, i64 -6
  %$690 = load float, ptr %$689, align 4
  %$691 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$650
  %$692 = getelementptr inbounds float, ptr %$691, i64 146
  %$693 = load float, ptr %$692, align 4
  %$694 = load float, ptr %acc_4.1.cell
  %$695 = call float @llvm.fma.f32(float %$690, float %$693, float %$694)
  store float %$695, ptr %acc_4.1.cell
  %$696 = getelementptr inbounds float, ptr %_16, i64 %$644
  %$697 = getelementptr inbounds float, ptr %$696, i64 -6
  %$698 = load float, ptr %$697, align 4
  %$699 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$650
  %$700 = getelementptr inbounds float, ptr %$699, i64 290
  %$701 = load float, ptr %$700, align 4
  %$702 = load float, ptr %acc_4.2.cell
  %$703 = call float @llvm.fma.f32(float %$698, float %$701, float %$702)
  store float %$703, ptr %acc_4.2.cell
  %$704 = getelementptr inbounds float, ptr %_16, i64 %$644
  %$705 = getelementptr inbounds float, ptr %$704, i64 -6
  %$706 = load float, ptr %$705, align 4
  %$707 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$650
  %$708 = getelementptr inbounds float, ptr %$707, i64 434
  %$709 = load float, ptr %$708, align 4
  %$710 = load float, ptr %acc_4.3.cell
  %$711 = call float @llvm.fma.f32(float %$706, float %$709, float %$710)
  store float %$711, ptr %acc_4.3.cell
  %$712 = getelementptr inbounds float, ptr %_16, i64 %$644
  %$713 = load float, ptr %$712, align 4
  %$714 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$650
  %$715 = getelementptr inbounds float, ptr %$714, i64 4
  %$716 = load float, ptr %$715, align 4
  %$717 = load float, ptr %acc_4.0.cell
  %$718 = call float @llvm.fma.f32(float %$713, float %$716, float %$717)
  store float %$718, ptr %acc_4.0.cell
  %$719 = getelementptr inbounds float, ptr %_16, i64 %$644
  %$720 = load float, ptr %$719, align 4
  %$721 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$650
  %$722 = getelementptr inbounds float, ptr %$721, i64 148
  %$723 = load float, ptr %$722, align 4
  %$724 = load float, ptr %acc_4.1.cell
  %$725 = call float @llvm.fma.f32(float %$720, float %$723, float %$724)
  store float %$725, ptr %acc_4.1.cell
  %$726 = getelementptr inbounds float, ptr %_16, i64 %$644
  %$727 = load float, ptr %$726, align 4
  %$728 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$650
  %$729 = getelementptr inbounds float, ptr %$728, i64 292
  %$730 = load float, ptr %$729, align 4
  %$731 = load float, ptr %acc_4.2.cell
  %$732 = call float @llvm.fma.f32(float %$727, float %$730, float %$731)
  store float %$732, ptr %acc_4.2.cell
  %$733 = getelementptr inbounds float, ptr %_16, i64 %$644
  %$734 = load float, ptr %$733, align 4
  %$735 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$650
  %$736 = getelementptr inbounds float, ptr %$735, i64 436
  %$737 = load float, ptr %$736, align 4
  %$738 = load float, ptr %acc_4.3.cell
  %$739 = call float @llvm.fma.f32(float %$734, float %$737, float %$738)
  store float %$739, ptr %acc_4.3.cell
  %$740 = getelementptr inbounds float, ptr %_16, i64 %$644
  %$741 = getelementptr inbounds float, ptr %$740, i64 1
  %$742 = load float, ptr %$741, align 4
  %$743 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$650
  %$744 = getelementptr inbounds float, ptr %$743, i64 5
  %$745 = load float, ptr %$744, align 4
  %$746 = load float, ptr %acc_4.0.cell
  %$747 = call float @llvm.fma.f32(float %$742, float %$745, float %$746)
  store float %$747, ptr %acc_4.0.cell
  %$748 = getelementptr inbounds float, ptr %_16, i64 %$644
  %$749 = getelementptr inbounds float, ptr %$748, i64 1
  %$750 = load float, ptr %$749, align 4
  %$751 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$650
  %$752 = getelementptr inbounds float, ptr %$751, i64 149
  %$753 = load float, ptr %$752, align 4
  %$754 = load float, ptr %acc_4.1.cell
  %$755 = call float @llvm.fma.f32(float %$750, float %$753, float %$754)
  store float %$755, ptr %acc_4.1.cell
  %$756 = getelementptr inbounds float, ptr %_16, i64 %$644
  %$757 = getelementptr inbounds float, ptr %$756, i64 1
  %$758 = load float, ptr %$757, align 4
  %$759 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$650
  %$760 = getelementptr inbounds float, ptr %$759, i64 293
  %$761 = load float, ptr %$760, align 4
  %$762 = load float, ptr %acc_4.2.cell
  %$763 = call float @llvm.fma.f32(float %$758, float %$761, float %$762)
  store float %$763, ptr %acc_4.2.cell
  %$764 = getelementptr inbounds float, ptr %_16, i64 %$644
  %$765 = getelementptr inbounds float, ptr %$764, i64 1
  %$766 = load float, ptr %$765, align 4
  %$767 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$650
  %$768 = getelementptr inbounds float, ptr %$767, i64 437
  %$769 = load float, ptr %$768, align 4
  %$770 = load float, ptr %acc_4.3.cell
  %$771 = call float @llvm.fma.f32(float %$766, float %$769, float %$770)
  store float %$771, ptr %acc_4.3.cell
  %$772 = getelementptr inbounds float, ptr %_16, i64 %$644
  %$773 = getelementptr inbounds float, ptr %$772, i64 7
  %$774 = load float, ptr %$773, align 4
  %$775 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$650
  %$776 = getelementptr inbounds float, ptr %$775, i64 7
  %$777 = load float, ptr %$776, align 4
  %$778 = load float, ptr %acc_4.0.cell
  %$779 = call float @llvm.fma.f32(float %$774, float %$777, float %$778)
  store float %$779, ptr %acc_4.0.cell
  %$780 = getelementptr inbounds float, ptr %_16, i64 %$644
  %$781 = getelementptr inbounds float, ptr %$780, i64 7
  %$782 = load float, ptr %$781, align 4
  %$783 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$650
  %$784 = getelementptr inbounds float, ptr %$783, i64 151
  %$785 = load float, ptr %$784, align 4
  %$786 = load float, ptr %acc_4.1.cell
  %$787 = call float @llvm.fma.f32(float %$782, float %$785, float %$786)
  store float %$787, ptr %acc_4.1.cell
  %$788 = getelementptr inbounds float, ptr %_16, i64 %$644
  %$789 = getelementptr inbounds float, ptr %$788, i64 7
  %$790 = load float, ptr %$789, align 4
  %$791 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$650
  %$792 = getelementptr inbounds float, ptr %$791, i64 295
  %$793 = load float, ptr %$792, align 4
  %$794 = load float, ptr %acc_4.2.cell
  %$795 = call float @llvm.fma.f32(float %$790, float %$793, float %$794)
  store float %$795, ptr %acc_4.2.cell
  %$796 = getelementptr inbounds float, ptr %_16, i64 %$644
  %$797 = getelementptr inbounds float, ptr %$796, i64 7
  %$798 = load float, ptr %$797, align 4
  %$799 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$650
  %$800 = getelementptr inbounds float, ptr %$799, i64 439
  %$801 = load float, ptr %$800, align 4
  %$802 = load float, ptr %acc_4.3.cell
  %$803 = call float @llvm.fma.f32(float %$798, float %$801, float %$802)
  store float %$803, ptr %acc_4.3.cell
  %$804 = getelementptr inbounds float, ptr %_16, i64 %$644
  %$805 = getelementptr inbounds float, ptr %$804, i64 8
  %$806 = load float, ptr %$805, align 4
  %$807 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$650
  %$808 = getelementptr inbounds float, ptr %$807, i64 8
  %$809 = load float, ptr %$808, align 4
  %$810 = load float, ptr %acc_4.0.cell
  %$811 = call float @llvm.fma.f32(float %$806, float %$809, float %$810)
  store float %$811, ptr %acc_4.0.cell
  %$812 = getelementptr inbounds float, ptr %_16, i64 %$644
  %$813 = getelementptr inbounds float, ptr %$812, i64 8
  %$814 = load float, ptr %$813, align 4
  %$815 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$650
  %$816 = getelementptr inbounds float, ptr %$815, i64 152
  %$817 = load float, ptr %$816, align 4
  %$818 = load float, ptr %acc_4.1.cell
  %$819 = call float @llvm.fma.f32(float %$814, float %$817, float %$818)
  store float %$819, ptr %acc_4.1.cell
  %$820 = getelementptr inbounds float, ptr %_16, i64 %$644
  %$821 = getelementptr inbounds float, ptr %$820, i64 8
  %$822 = load float, ptr %$821, align 4
  %$823 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$650
  %$824 = getelementptr inbounds float, ptr %$823, i64 296
  %$825 = load float, ptr %$824, align 4
  %$826 = load float, ptr %acc_4.2.cell
  %$827 = call float @llvm.fma.f32(float %$822, float %$825, float %$826)
  store float %$827, ptr %acc_4.2.cell
  %$828 = getelementptr inbounds float, ptr %_16, i64 %$644
  %$829 = getelementptr inbounds float, ptr %$828, i64 8
  %$830 = load float, ptr %$829, align 4
  %$831 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$650
  %$832 = getelementptr inbounds float, ptr %$831, i64 440
  %$833 = load float, ptr %$832, align 4
  %$834 = load float, ptr %acc_4.3.cell
  %$835 = call float @llvm.fma.f32(float %$830, float %$833, float %$834)
  store float %$835, ptr %acc_4.3.cell
  %c_4.next = add nuw nsw i64 %c_4, 1
  %$836 = icmp slt i64 %c_4.next, 16
  br i1 %$836, label %c_4.body.638, label %c_4.exit.639
c_4.exit.639:
  %$837 = load float, ptr %acc_4.0.cell
  %$838 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$839 = load float, ptr %$838, align 16
  %$840 = fadd float %$837, %$839
  %$841 = fcmp ogt float 0x0000000000000000, %$840
  %$842 = select i1 %$841, float 0x0000000000000000, float %$840
  %$843 = add nsw i64 %$145, %$146
  %$844 = mul nsw i64 %y, 7
  %$845 = add nsw i64 %$843, %$844
  %$846 = getelementptr inbounds float, ptr %_18, i64 %$845
  store float %$842, ptr %$846, align 4
  %$847 = load float, ptr %acc_4.1.cell
  %$848 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$849 = getelementptr inbounds float, ptr %$848, i64 1
  %$850 = load float, ptr %$849, align 4
  %$851 = fadd float %$847, %$850
  %$852 = fcmp ogt float 0x0000000000000000, %$851
  %$853 = select i1 %$852, float 0x0000000000000000, float %$851
  %$854 = getelementptr inbounds float, ptr %_18, i64 %$845
  %$855 = getelementptr inbounds float, ptr %$854, i64 49
  store float %$853, ptr %$855, align 4
  %$856 = load float, ptr %acc_4.2.cell
  %$857 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$858 = getelementptr inbounds float, ptr %$857, i64 2
  %$859 = load float, ptr %$858, align 8
  %$860 = fadd float %$856, %$859
  %$861 = fcmp ogt float 0x0000000000000000, %$860
  %$862 = select i1 %$861, float 0x0000000000000000, float %$860
  %$863 = getelementptr inbounds float, ptr %_18, i64 %$845
  %$864 = getelementptr inbounds float, ptr %$863, i64 98
  store float %$862, ptr %$864, align 4
  %$865 = load float, ptr %acc_4.3.cell
  %$866 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$867 = getelementptr inbounds float, ptr %$866, i64 3
  %$868 = load float, ptr %$867, align 4
  %$869 = fadd float %$865, %$868
  %$870 = fcmp ogt float 0x0000000000000000, %$869
  %$871 = select i1 %$870, float 0x0000000000000000, float %$869
  %$872 = getelementptr inbounds float, ptr %_18, i64 %$845
  %$873 = getelementptr inbounds float, ptr %$872, i64 147
  store float %$871, ptr %$873, align 4
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %acc_5.0.cell
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %acc_5.1.cell
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %acc_5.2.cell
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %acc_5.3.cell
  br label %c_5.body.874
c_5.body.874:
  %c_5 = phi i64 [ 0, %c_4.exit.639 ], [ %c_5.next, %c_5.body.874 ]
  %$876 = mul nsw i64 %n, 784
  %$877 = mul nsw i64 %c_5, 49
  %$878 = add nsw i64 %$876, %$877
  %$879 = add nsw i64 %$878, %$844
  %$880 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$881 = getelementptr inbounds float, ptr %$880, i64 -7
  %$882 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$881, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$883 = mul nsw i64 %o, 144
  %$884 = mul nsw i64 %c_5, 9
  %$885 = add nsw i64 %$883, %$884
  %$886 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$887 = load float, ptr %$886, align 4
  %$888 = insertelement <8 x float> poison, float %$887, i32 0
  %$889 = shufflevector <8 x float> %$888, <8 x float> poison, <8 x i32> zeroinitializer
  %$890 = load <8 x float>, ptr %acc_5.0.cell
  %$891 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$882, <8 x float> %$889, <8 x float> %$890)
  store <8 x float> %$891, ptr %acc_5.0.cell
  %$892 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$893 = getelementptr inbounds float, ptr %$892, i64 -7
  %$894 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$893, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$895 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$896 = getelementptr inbounds float, ptr %$895, i64 144
  %$897 = load float, ptr %$896, align 4
  %$898 = insertelement <8 x float> poison, float %$897, i32 0
  %$899 = shufflevector <8 x float> %$898, <8 x float> poison, <8 x i32> zeroinitializer
  %$900 = load <8 x float>, ptr %acc_5.1.cell
  %$901 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$894, <8 x float> %$899, <8 x float> %$900)
  store <8 x float> %$901, ptr %acc_5.1.cell
  %$902 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$903 = getelementptr inbounds float, ptr %$902, i64 -7
  %$904 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$903, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$905 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$906 = getelementptr inbounds float, ptr %$905, i64 288
  %$907 = load float, ptr %$906, align 4
  %$908 = insertelement <8 x float> poison, float %$907, i32 0
  %$909 = shufflevector <8 x float> %$908, <8 x float> poison, <8 x i32> zeroinitializer
  %$910 = load <8 x float>, ptr %acc_5.2.cell
  %$911 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$904, <8 x float> %$909, <8 x float> %$910)
  store <8 x float> %$911, ptr %acc_5.2.cell
  %$912 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$913 = getelementptr inbounds float, ptr %$912, i64 -7
  %$914 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$913, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$915 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$916 = getelementptr inbounds float, ptr %$915, i64 432
  %$917 = load float, ptr %$916, align 4
  %$918 = insertelement <8 x float> poison, float %$917, i32 0
  %$919 = shufflevector <8 x float> %$918, <8 x float> poison, <8 x i32> zeroinitializer
  %$920 = load <8 x float>, ptr %acc_5.3.cell
  %$921 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$914, <8 x float> %$919, <8 x float> %$920)
  store <8 x float> %$921, ptr %acc_5.3.cell
  %$922 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$923 = getelementptr inbounds float, ptr %$922, i64 -6
  %$924 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$923, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$925 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$926 = getelementptr inbounds float, ptr %$925, i64 1
  %$927 = load float, ptr %$926, align 4
  %$928 = insertelement <8 x float> poison, float %$927, i32 0
  %$929 = shufflevector <8 x float> %$928, <8 x float> poison, <8 x i32> zeroinitializer
  %$930 = load <8 x float>, ptr %acc_5.0.cell
  %$931 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$924, <8 x float> %$929, <8 x float> %$930)
  store <8 x float> %$931, ptr %acc_5.0.cell
  %$932 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$933 = getelementptr inbounds float, ptr %$932, i64 -6
  %$934 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$933, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$935 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$936 = getelementptr inbounds float, ptr %$935, i64 145
  %$937 = load float, ptr %$936, align 4
  %$938 = insertelement <8 x float> poison, float %$937, i32 0
  %$939 = shufflevector <8 x float> %$938, <8 x float> poison, <8 x i32> zeroinitializer
  %$940 = load <8 x float>, ptr %acc_5.1.cell
  %$941 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$934, <8 x float> %$939, <8 x float> %$940)
  store <8 x float> %$941, ptr %acc_5.1.cell
  %$942 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$943 = getelementptr inbounds float, ptr %$942, i64 -6
  %$944 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$943, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$945 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$946 = getelementptr inbounds float, ptr %$945, i64 289
  %$947 = load float, ptr %$946, align 4
  %$948 = insertelement <8 x float> poison, float %$947, i32 0
  %$949 = shufflevector <8 x float> %$948, <8 x float> poison, <8 x i32> zeroinitializer
  %$950 = load <8 x float>, ptr %acc_5.2.cell
  %$951 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$944, <8 x float> %$949, <8 x float> %$950)
  store <8 x float> %$951, ptr %acc_5.2.cell
  %$952 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$953 = getelementptr inbounds float, ptr %$952, i64 -6
  %$954 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$953, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$955 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$956 = getelementptr inbounds float, ptr %$955, i64 433
  %$957 = load float, ptr %$956, align 4
  %$958 = insertelement <8 x float> poison, float %$957, i32 0
  %$959 = shufflevector <8 x float> %$958, <8 x float> poison, <8 x i32> zeroinitializer
  %$960 = load <8 x float>, ptr %acc_5.3.cell
  %$961 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$954, <8 x float> %$959, <8 x float> %$960)
  store <8 x float> %$961, ptr %acc_5.3.cell
  %$962 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$963 = getelementptr inbounds float, ptr %$962, i64 -5
  %$964 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$963, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$965 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$966 = getelementptr inbounds float, ptr %$965, i64 2
  %$967 = load float, ptr %$966, align 4
  %$968 = insertelement <8 x float> poison, float %$967, i32 0
  %$969 = shufflevector <8 x float> %$968, <8 x float> poison, <8 x i32> zeroinitializer
  %$970 = load <8 x float>, ptr %acc_5.0.cell
  %$971 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$964, <8 x float> %$969, <8 x float> %$970)
  store <8 x float> %$971, ptr %acc_5.0.cell
  %$972 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$973 = getelementptr inbounds float, ptr %$972, i64 -5
  %$974 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$973, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$975 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$976 = getelementptr inbounds float, ptr %$975, i64 146
  %$977 = load float, ptr %$976, align 4
  %$978 = insertelement <8 x float> poison, float %$977, i32 0
  %$979 = shufflevector <8 x float> %$978, <8 x float> poison, <8 x i32> zeroinitializer
  %$980 = load <8 x float>, ptr %acc_5.1.cell
  %$981 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$974, <8 x float> %$979, <8 x float> %$980)
  store <8 x float> %$981, ptr %acc_5.1.cell
  %$982 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$983 = getelementptr inbounds float, ptr %$982, i64 -5
  %$984 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$983, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$985 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$986 = getelementptr inbounds float, ptr %$985, i64 290
  %$987 = load float, ptr %$986, align 4
  %$988 = insertelement <8 x float> poison, float %$987, i32 0
  %$989 = shufflevector <8 x float> %$988, <8 x float> poison, <8 x i32> zeroinitializer
  %$990 = load <8 x float>, ptr %acc_5.2.cell
  %$991 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$984, <8 x float> %$989, <8 x float> %$990)
  store <8 x float> %$991, ptr %acc_5.2.cell
  %$992 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$993 = getelementptr inbounds float, ptr %$992, i64 -5
  %$994 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$993, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$995 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$996 = getelementptr inbounds float, ptr %$995, i64 434
  %$997 = load float, ptr %$996, align 4
  %$998 = insertelement <8 x float> poison, float %$997, i32 0
  %$999 = shufflevector <8 x float> %$998, <8 x float> poison, <8 x i32> zeroinitializer
  %$1000 = load <8 x float>, ptr %acc_5.3.cell
  %$1001 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$994, <8 x float> %$999, <8 x float> %$1000)
  store <8 x float> %$1001, ptr %acc_5.3.cell
  %$1002 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$1003 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1002, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1004 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$1005 = getelementptr inbounds float, ptr %$1004, i64 3
  %$1006 = load float, ptr %$1005, align 4
  %$1007 = insertelement <8 x float> poison, float %$1006, i32 0
  %$1008 = shufflevector <8 x float> %$1007, <8 x float> poison, <8 x i32> zeroinitializer
  %$1009 = load <8 x float>, ptr %acc_5.0.cell
  %$1010 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1003, <8 x float> %$1008, <8 x float> %$1009)
  store <8 x float> %$1010, ptr %acc_5.0.cell
  %$1011 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$1012 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1011, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1013 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$1014 = getelementptr inbounds float, ptr %$1013, i64 147
  %$1015 = load float, ptr %$1014, align 4
  %$1016 = insertelement <8 x float> poison, float %$1015, i32 0
  %$1017 = shufflevector <8 x float> %$1016, <8 x float> poison, <8 x i32> zeroinitializer
  %$1018 = load <8 x float>, ptr %acc_5.1.cell
  %$1019 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1012, <8 x float> %$1017, <8 x float> %$1018)
  store <8 x float> %$1019, ptr %acc_5.1.cell
  %$1020 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$1021 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1020, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1022 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$1023 = getelementptr inbounds float, ptr %$1022, i64 291
  %$1024 = load float, ptr %$1023, align 4
  %$1025 = insertelement <8 x float> poison, float %$1024, i32 0
  %$1026 = shufflevector <8 x float> %$1025, <8 x float> poison, <8 x i32> zeroinitializer
  %$1027 = load <8 x float>, ptr %acc_5.2.cell
  %$1028 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1021, <8 x float> %$1026, <8 x float> %$1027)
  store <8 x float> %$1028, ptr %acc_5.2.cell
  %$1029 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$1030 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1029, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1031 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$1032 = getelementptr inbounds float, ptr %$1031, i64 435
  %$1033 = load float, ptr %$1032, align 4
  %$1034 = insertelement <8 x float> poison, float %$1033, i32 0
  %$1035 = shufflevector <8 x float> %$1034, <8 x float> poison, <8 x i32> zeroinitializer
  %$1036 = load <8 x float>, ptr %acc_5.3.cell
  %$1037 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1030, <8 x float> %$1035, <8 x float> %$1036)
  store <8 x float> %$1037, ptr %acc_5.3.cell
  %$1038 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$1039 = getelementptr inbounds float, ptr %$1038, i64 1
  %$1040 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1039, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1041 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$1042 = getelementptr inbounds float, ptr %$1041, i64 4
  %$1043 = load float, ptr %$1042, align 4
  %$1044 = insertelement <8 x float> poison, float %$1043, i32 0
  %$1045 = shufflevector <8 x float> %$1044, <8 x float> poison, <8 x i32> zeroinitializer
  %$1046 = load <8 x float>, ptr %acc_5.0.cell
  %$1047 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1040, <8 x float> %$1045, <8 x float> %$1046)
  store <8 x float> %$1047, ptr %acc_5.0.cell
  %$1048 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$1049 = getelementptr inbounds float, ptr %$1048, i64 1
  %$1050 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1049, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1051 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$1052 = getelementptr inbounds float, ptr %$1051, i64 148
  %$1053 = load float, ptr %$1052, align 4
  %$1054 = insertelement <8 x float> poison, float %$1053, i32 0
  %$1055 = shufflevector <8 x float> %$1054, <8 x float> poison, <8 x i32> zeroinitializer
  %$1056 = load <8 x float>, ptr %acc_5.1.cell
  %$1057 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1050, <8 x float> %$1055, <8 x float> %$1056)
  store <8 x float> %$1057, ptr %acc_5.1.cell
  %$1058 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$1059 = getelementptr inbounds float, ptr %$1058, i64 1
  %$1060 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1059, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1061 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$1062 = getelementptr inbounds float, ptr %$1061, i64 292
  %$1063 = load float, ptr %$1062, align 4
  %$1064 = insertelement <8 x float> poison, float %$1063, i32 0
  %$1065 = shufflevector <8 x float> %$1064, <8 x float> poison, <8 x i32> zeroinitializer
  %$1066 = load <8 x float>, ptr %acc_5.2.cell
  %$1067 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1060, <8 x float> %$1065, <8 x float> %$1066)
  store <8 x float> %$1067, ptr %acc_5.2.cell
  %$1068 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$1069 = getelementptr inbounds float, ptr %$1068, i64 1
  %$1070 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1069, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1071 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$1072 = getelementptr inbounds float, ptr %$1071, i64 436
  %$1073 = load float, ptr %$1072, align 4
  %$1074 = insertelement <8 x float> poison, float %$1073, i32 0
  %$1075 = shufflevector <8 x float> %$1074, <8 x float> poison, <8 x i32> zeroinitializer
  %$1076 = load <8 x float>, ptr %acc_5.3.cell
  %$1077 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1070, <8 x float> %$1075, <8 x float> %$1076)
  store <8 x float> %$1077, ptr %acc_5.3.cell
  %$1078 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$1079 = getelementptr inbounds float, ptr %$1078, i64 2
  %$1080 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1079, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1081 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$1082 = getelementptr inbounds float, ptr %$1081, i64 5
  %$1083 = load float, ptr %$1082, align 4
  %$1084 = insertelement <8 x float> poison, float %$1083, i32 0
  %$1085 = shufflevector <8 x float> %$1084, <8 x float> poison, <8 x i32> zeroinitializer
  %$1086 = load <8 x float>, ptr %acc_5.0.cell
  %$1087 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1080, <8 x float> %$1085, <8 x float> %$1086)
  store <8 x float> %$1087, ptr %acc_5.0.cell
  %$1088 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$1089 = getelementptr inbounds float, ptr %$1088, i64 2
  %$1090 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1089, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1091 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$1092 = getelementptr inbounds float, ptr %$1091, i64 149
  %$1093 = load float, ptr %$1092, align 4
  %$1094 = insertelement <8 x float> poison, float %$1093, i32 0
  %$1095 = shufflevector <8 x float> %$1094, <8 x float> poison, <8 x i32> zeroinitializer
  %$1096 = load <8 x float>, ptr %acc_5.1.cell
  %$1097 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1090, <8 x float> %$1095, <8 x float> %$1096)
  store <8 x float> %$1097, ptr %acc_5.1.cell
  %$1098 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$1099 = getelementptr inbounds float, ptr %$1098, i64 2
  %$1100 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1099, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1101 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$1102 = getelementptr inbounds float, ptr %$1101, i64 293
  %$1103 = load float, ptr %$1102, align 4
  %$1104 = insertelement <8 x float> poison, float %$1103, i32 0
  %$1105 = shufflevector <8 x float> %$1104, <8 x float> poison, <8 x i32> zeroinitializer
  %$1106 = load <8 x float>, ptr %acc_5.2.cell
  %$1107 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1100, <8 x float> %$1105, <8 x float> %$1106)
  store <8 x float> %$1107, ptr %acc_5.2.cell
  %$1108 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$1109 = getelementptr inbounds float, ptr %$1108, i64 2
  %$1110 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1109, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1111 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$1112 = getelementptr inbounds float, ptr %$1111, i64 437
  %$1113 = load float, ptr %$1112, align 4
  %$1114 = insertelement <8 x float> poison, float %$1113, i32 0
  %$1115 = shufflevector <8 x float> %$1114, <8 x float> poison, <8 x i32> zeroinitializer
  %$1116 = load <8 x float>, ptr %acc_5.3.cell
  %$1117 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1110, <8 x float> %$1115, <8 x float> %$1116)
  store <8 x float> %$1117, ptr %acc_5.3.cell
  %$1118 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$1119 = getelementptr inbounds float, ptr %$1118, i64 7
  %$1120 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1119, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1121 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$1122 = getelementptr inbounds float, ptr %$1121, i64 6
  %$1123 = load float, ptr %$1122, align 4
  %$1124 = insertelement <8 x float> poison, float %$1123, i32 0
  %$1125 = shufflevector <8 x float> %$1124, <8 x float> poison, <8 x i32> zeroinitializer
  %$1126 = load <8 x float>, ptr %acc_5.0.cell
  %$1127 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1120, <8 x float> %$1125, <8 x float> %$1126)
  store <8 x float> %$1127, ptr %acc_5.0.cell
  %$1128 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$1129 = getelementptr inbounds float, ptr %$1128, i64 7
  %$1130 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1129, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1131 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$1132 = getelementptr inbounds float, ptr %$1131, i64 150
  %$1133 = load float, ptr %$1132, align 4
  %$1134 = insertelement <8 x float> poison, float %$1133, i32 0
  %$1135 = shufflevector <8 x float> %$1134, <8 x float> poison, <8 x i32> zeroinitializer
  %$1136 = load <8 x float>, ptr %acc_5.1.cell
  %$1137 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1130, <8 x float> %$1135, <8 x float> %$1136)
  store <8 x float> %$1137, ptr %acc_5.1.cell
  %$1138 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$1139 = getelementptr inbounds float, ptr %$1138, i64 7
  %$1140 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1139, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1141 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$1142 = getelementptr inbounds float, ptr %$1141, i64 294
  %$1143 = load float, ptr %$1142, align 4
  %$1144 = insertelement <8 x float> poison, float %$1143, i32 0
  %$1145 = shufflevector <8 x float> %$1144, <8 x float> poison, <8 x i32> zeroinitializer
  %$1146 = load <8 x float>, ptr %acc_5.2.cell
  %$1147 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1140, <8 x float> %$1145, <8 x float> %$1146)
  store <8 x float> %$1147, ptr %acc_5.2.cell
  %$1148 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$1149 = getelementptr inbounds float, ptr %$1148, i64 7
  %$1150 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1149, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1151 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$1152 = getelementptr inbounds float, ptr %$1151, i64 438
  %$1153 = load float, ptr %$1152, align 4
  %$1154 = insertelement <8 x float> poison, float %$1153, i32 0
  %$1155 = shufflevector <8 x float> %$1154, <8 x float> poison, <8 x i32> zeroinitializer
  %$1156 = load <8 x float>, ptr %acc_5.3.cell
  %$1157 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1150, <8 x float> %$1155, <8 x float> %$1156)
  store <8 x float> %$1157, ptr %acc_5.3.cell
  %$1158 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$1159 = getelementptr inbounds float, ptr %$1158, i64 8
  %$1160 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1159, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1161 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$1162 = getelementptr inbounds float, ptr %$1161, i64 7
  %$1163 = load float, ptr %$1162, align 4
  %$1164 = insertelement <8 x float> poison, float %$1163, i32 0
  %$1165 = shufflevector <8 x float> %$1164, <8 x float> poison, <8 x i32> zeroinitializer
  %$1166 = load <8 x float>, ptr %acc_5.0.cell
  %$1167 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1160, <8 x float> %$1165, <8 x float> %$1166)
  store <8 x float> %$1167, ptr %acc_5.0.cell
  %$1168 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$1169 = getelementptr inbounds float, ptr %$1168, i64 8
  %$1170 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1169, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1171 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$1172 = getelementptr inbounds float, ptr %$1171, i64 151
  %$1173 = load float, ptr %$1172, align 4
  %$1174 = insertelement <8 x float> poison, float %$1173, i32 0
  %$1175 = shufflevector <8 x float> %$1174, <8 x float> poison, <8 x i32> zeroinitializer
  %$1176 = load <8 x float>, ptr %acc_5.1.cell
  %$1177 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1170, <8 x float> %$1175, <8 x float> %$1176)
  store <8 x float> %$1177, ptr %acc_5.1.cell
  %$1178 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$1179 = getelementptr inbounds float, ptr %$1178, i64 8
  %$1180 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1179, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1181 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$1182 = getelementptr inbounds float, ptr %$1181, i64 295
  %$1183 = load float, ptr %$1182, align 4
  %$1184 = insertelement <8 x float> poison, float %$1183, i32 0
  %$1185 = shufflevector <8 x float> %$1184, <8 x float> poison, <8 x i32> zeroinitializer
  %$1186 = load <8 x float>, ptr %acc_5.2.cell
  %$1187 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1180, <8 x float> %$1185, <8 x float> %$1186)
  store <8 x float> %$1187, ptr %acc_5.2.cell
  %$1188 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$1189 = getelementptr inbounds float, ptr %$1188, i64 8
  %$1190 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1189, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1191 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$1192 = getelementptr inbounds float, ptr %$1191, i64 439
  %$1193 = load float, ptr %$1192, align 4
  %$1194 = insertelement <8 x float> poison, float %$1193, i32 0
  %$1195 = shufflevector <8 x float> %$1194, <8 x float> poison, <8 x i32> zeroinitializer
  %$1196 = load <8 x float>, ptr %acc_5.3.cell
  %$1197 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1190, <8 x float> %$1195, <8 x float> %$1196)
  store <8 x float> %$1197, ptr %acc_5.3.cell
  %$1198 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$1199 = getelementptr inbounds float, ptr %$1198, i64 9
  %$1200 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1199, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1201 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$1202 = getelementptr inbounds float, ptr %$1201, i64 8
  %$1203 = load float, ptr %$1202, align 4
  %$1204 = insertelement <8 x float> poison, float %$1203, i32 0
  %$1205 = shufflevector <8 x float> %$1204, <8 x float> poison, <8 x i32> zeroinitializer
  %$1206 = load <8 x float>, ptr %acc_5.0.cell
  %$1207 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1200, <8 x float> %$1205, <8 x float> %$1206)
  store <8 x float> %$1207, ptr %acc_5.0.cell
  %$1208 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$1209 = getelementptr inbounds float, ptr %$1208, i64 9
  %$1210 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1209, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1211 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$1212 = getelementptr inbounds float, ptr %$1211, i64 152
  %$1213 = load float, ptr %$1212, align 4
  %$1214 = insertelement <8 x float> poison, float %$1213, i32 0
  %$1215 = shufflevector <8 x float> %$1214, <8 x float> poison, <8 x i32> zeroinitializer
  %$1216 = load <8 x float>, ptr %acc_5.1.cell
  %$1217 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1210, <8 x float> %$1215, <8 x float> %$1216)
  store <8 x float> %$1217, ptr %acc_5.1.cell
  %$1218 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$1219 = getelementptr inbounds float, ptr %$1218, i64 9
  %$1220 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1219, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1221 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$1222 = getelementptr inbounds float, ptr %$1221, i64 296
  %$1223 = load float, ptr %$1222, align 4
  %$1224 = insertelement <8 x float> poison, float %$1223, i32 0
  %$1225 = shufflevector <8 x float> %$1224, <8 x float> poison, <8 x i32> zeroinitializer
  %$1226 = load <8 x float>, ptr %acc_5.2.cell
  %$1227 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1220, <8 x float> %$1225, <8 x float> %$1226)
  store <8 x float> %$1227, ptr %acc_5.2.cell
  %$1228 = getelementptr inbounds float, ptr %_16, i64 %$879
  %$1229 = getelementptr inbounds float, ptr %$1228, i64 9
  %$1230 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1229, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1231 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$885
  %$1232 = getelementptr inbounds float, ptr %$1231, i64 440
  %$1233 = load float, ptr %$1232, align 4
  %$1234 = insertelement <8 x float> poison, float %$1233, i32 0
  %$1235 = shufflevector <8 x float> %$1234, <8 x float> poison, <8 x i32> zeroinitializer
  %$1236 = load <8 x float>, ptr %acc_5.3.cell
  %$1237 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1230, <8 x float> %$1235, <8 x float> %$1236)
  store <8 x float> %$1237, ptr %acc_5.3.cell
  %c_5.next = add nuw nsw i64 %c_5, 1
  %$1238 = icmp slt i64 %c_5.next, 16
  br i1 %$1238, label %c_5.body.874, label %c_5.exit.875
c_5.exit.875:
  %$1239 = load <8 x float>, ptr %acc_5.0.cell
  %$1240 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$1241 = load float, ptr %$1240, align 16
  %$1242 = insertelement <8 x float> poison, float %$1241, i32 0
  %$1243 = shufflevector <8 x float> %$1242, <8 x float> poison, <8 x i32> zeroinitializer
  %$1244 = fadd <8 x float> %$1239, %$1243
  %$1245 = fcmp ogt <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, %$1244
  %$1246 = select <8 x i1> %$1245, <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, <8 x float> %$1244
  %$1247 = getelementptr inbounds float, ptr %_18, i64 %$845
  %$1248 = getelementptr inbounds float, ptr %$1247, i64 1
  call void @llvm.masked.store.v8f32.p0(<8 x float> %$1246, ptr %$1248, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>)
  %$1249 = load <8 x float>, ptr %acc_5.1.cell
  %$1250 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$1251 = getelementptr inbounds float, ptr %$1250, i64 1
  %$1252 = load float, ptr %$1251, align 4
  %$1253 = insertelement <8 x float> poison, float %$1252, i32 0
  %$1254 = shufflevector <8 x float> %$1253, <8 x float> poison, <8 x i32> zeroinitializer
  %$1255 = fadd <8 x float> %$1249, %$1254
  %$1256 = fcmp ogt <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, %$1255
  %$1257 = select <8 x i1> %$1256, <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, <8 x float> %$1255
  %$1258 = getelementptr inbounds float, ptr %_18, i64 %$845
  %$1259 = getelementptr inbounds float, ptr %$1258, i64 50
  call void @llvm.masked.store.v8f32.p0(<8 x float> %$1257, ptr %$1259, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>)
  %$1260 = load <8 x float>, ptr %acc_5.2.cell
  %$1261 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$1262 = getelementptr inbounds float, ptr %$1261, i64 2
  %$1263 = load float, ptr %$1262, align 8
  %$1264 = insertelement <8 x float> poison, float %$1263, i32 0
  %$1265 = shufflevector <8 x float> %$1264, <8 x float> poison, <8 x i32> zeroinitializer
  %$1266 = fadd <8 x float> %$1260, %$1265
  %$1267 = fcmp ogt <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, %$1266
  %$1268 = select <8 x i1> %$1267, <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, <8 x float> %$1266
  %$1269 = getelementptr inbounds float, ptr %_18, i64 %$845
  %$1270 = getelementptr inbounds float, ptr %$1269, i64 99
  call void @llvm.masked.store.v8f32.p0(<8 x float> %$1268, ptr %$1270, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>)
  %$1271 = load <8 x float>, ptr %acc_5.3.cell
  %$1272 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$1273 = getelementptr inbounds float, ptr %$1272, i64 3
  %$1274 = load float, ptr %$1273, align 4
  %$1275 = insertelement <8 x float> poison, float %$1274, i32 0
  %$1276 = shufflevector <8 x float> %$1275, <8 x float> poison, <8 x i32> zeroinitializer
  %$1277 = fadd <8 x float> %$1271, %$1276
  %$1278 = fcmp ogt <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, %$1277
  %$1279 = select <8 x i1> %$1278, <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, <8 x float> %$1277
  %$1280 = getelementptr inbounds float, ptr %_18, i64 %$845
  %$1281 = getelementptr inbounds float, ptr %$1280, i64 148
  call void @llvm.masked.store.v8f32.p0(<8 x float> %$1279, ptr %$1281, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>)
  store float 0x0000000000000000, ptr %acc_6.0.cell
  store float 0x0000000000000000, ptr %acc_6.1.cell
  store float 0x0000000000000000, ptr %acc_6.2.cell
  store float 0x0000000000000000, ptr %acc_6.3.cell
  br label %c_6.body.1282
c_6.body.1282:
  %c_6 = phi i64 [ 0, %c_5.exit.875 ], [ %c_6.next, %c_6.body.1282 ]
  %$1284 = mul nsw i64 %n, 784
  %$1285 = mul nsw i64 %c_6, 49
  %$1286 = add nsw i64 %$1284, %$1285
  %$1287 = add nsw i64 %$1286, %$844
  %$1288 = getelementptr inbounds float, ptr %_16, i64 %$1287
  %$1289 = getelementptr inbounds float, ptr %$1288, i64 -2
  %$1290 = load float, ptr %$1289, align 4
  %$1291 = mul nsw i64 %o, 144
  %$1292 = mul nsw i64 %c_6, 9
  %$1293 = add nsw i64 %$1291, %$1292
  %$1294 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1293
  %$1295 = load float, ptr %$1294, align 4
  %$1296 = load float, ptr %acc_6.0.cell
  %$1297 = call float @llvm.fma.f32(float %$1290, float %$1295, float %$1296)
  store float %$1297, ptr %acc_6.0.cell
  %$1298 = getelementptr inbounds float, ptr %_16, i64 %$1287
  %$1299 = getelementptr inbounds float, ptr %$1298, i64 -2
  %$1300 = load float, ptr %$1299, align 4
  %$1301 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1293
  %$1302 = getelementptr inbounds float, ptr %$1301, i64 144
  %$1303 = load float, ptr %$1302, align 4
  %$1304 = load float, ptr %acc_6.1.cell
  %$1305 = call float @llvm.fma.f32(float %$1300, float %$1303, float %$1304)
  store float %$1305, ptr %acc_6.1.cell
  %$1306 = getelementptr inbounds float, ptr %_16, i64 %$1287
  %$1307 = getelementptr inbounds float, ptr %$1306, i64 -2
  %$1308 = load float, ptr %$1307, align 4
  %$1309 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1293
  %$1310 = getelementptr inbounds float, ptr %$1309, i64 288
  %$1311 = load float, ptr %$1310, align 4
  %$1312 = load float, ptr %acc_6.2.cell
  %$1313 = call float @llvm.fma.f32(float %$1308, float %$1311, float %$1312)
  store float %$1313, ptr %acc_6.2.cell
  %$1314 = getelementptr inbounds float, ptr %_16, i64 %$1287
  %$1315 = getelementptr inbounds float, ptr %$1314, i64 -2
  %$1316 = load float, ptr %$1315, align 4
  %$1317 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1293
  %$1318 = getelementptr inbounds float, ptr %$1317, i64 432
  %$1319 = load float, ptr %$1318, align 4
  %$1320 = load float, ptr %acc_6.3.cell
  %$1321 = call float @llvm.fma.f32(float %$1316, float %$1319, float %$1320)
  store float %$1321, ptr %acc_6.3.cell
  %$1322 = getelementptr inbounds float, ptr %_16, i64 %$1287
  %$1323 = getelementptr inbounds float, ptr %$1322, i64 -1
  %$1324 = load float, ptr %$1323, align 4
  %$1325 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1293
  %$1326 = getelementptr inbounds float, ptr %$1325, i64 1
  %$1327 = load float, ptr %$1326, align 4
  %$1328 = load float, ptr %acc_6.0.cell
  %$1329 = call float @llvm.fma.f32(float %$1324, float %$1327, float %$1328)
  store float %$1329, ptr %acc_6.0.cell
  %$1330 = getelementptr inbounds float, ptr %_16, i64 %$1287
  %$1331 = getelementptr inbounds float, ptr %$1330, i64 -1
  %$1332 = load float, ptr %$1331, align 4
  %$1333 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1293
  %$1334 = getelementptr inbounds float, ptr %$1333, i64 145
  %$1335 = load float, ptr %$1334, align 4
  %$1336 = load float, ptr %acc_6.1.cell
  %$1337 = call float @llvm.fma.f32(float %$1332, float %$1335, float %$1336)
  store float %$1337, ptr %acc_6.1.cell
  %$1338 = getelementptr inbounds float, ptr %_16, i64 %$1287
  %$1339 = getelementptr inbounds float, ptr %$1338, i64 -1
  %$1340 = load float, ptr %$1339, align 4
  %$1341 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1293
  %$1342 = getelementptr inbounds float, ptr %$1341, i64 289
  %$1343 = load float, ptr %$1342, align 4
  %$1344 = load float, ptr %acc_6.2.cell
  %$1345 = call float @llvm.fma.f32(float %$1340, float %$1343, float %$1344)
  store float %$1345, ptr %acc_6.2.cell
  %$1346 = getelementptr inbounds float, ptr %_16, i64 %$1287
  %$1347 = getelementptr inbounds float, ptr %$1346, i64 -1
  %$1348 = load float, ptr %$1347, align 4
  %$1349 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1293
  %$1350 = getelementptr inbounds float, ptr %$1349, i64 433
  %$1351 = load float, ptr %$1350, align 4
  %$1352 = load float, ptr %acc_6.3.cell
  %$1353 = call float @llvm.fma.f32(float %$1348, float %$1351, float %$1352)
  store float %$1353, ptr %acc_6.3.cell
  %$1354 = getelementptr inbounds float, ptr %_16, i64 %$1287
  %$1355 = getelementptr inbounds float, ptr %$1354, i64 5
  %$1356 = load float, ptr %$1355, align 4
  %$1357 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1293
  %$1358 = getelementptr inbounds float, ptr %$1357, i64 3
  %$1359 = load float, ptr %$1358, align 4
  %$1360 = load float, ptr %acc_6.0.cell
  %$1361 = call float @llvm.fma.f32(float %$1356, float %$1359, float %$1360)
  store float %$1361, ptr %acc_6.0.cell
  %$1362 = getelementptr inbounds float, ptr %_16, i64 %$1287
  %$1363 = getelementptr inbounds float, ptr %$1362, i64 5
  %$1364 = load float, ptr %$1363, align 4
  %$1365 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1293
  %$1366 = getelementptr inbounds float, ptr %$1365, i64 147
  %$1367 = load float, ptr %$1366, align 4
  %$1368 = load float, ptr %acc_6.1.cell
  %$1369 = call float @llvm.fma.f32(float %$1364, float %$1367, float %$1368)
  store float %$1369, ptr %acc_6.1.cell
  %$1370 = getelementptr inbounds float, ptr %_16, i64 %$1287
  %$1371 = getelementptr inbounds float, ptr %$1370, i64 5
  %$1372 = load float, ptr %$1371, align 4
  %$1373 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1293
  %$1374 = getelementptr inbounds float, ptr %$1373, i64 291
  %$1375 = load float, ptr %$1374, align 4
  %$1376 = load float, ptr %acc_6.2.cell
  %$1377 = call float @llvm.fma.f32(float %$1372, float %$1375, float %$1376)
  store float %$1377, ptr %acc_6.2.cell
  %$1378 = getelementptr inbounds float, ptr %_16, i64 %$1287
  %$1379 = getelementptr inbounds float, ptr %$1378, i64 5
  %$1380 = load float, ptr %$1379, align 4
  %$1381 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1293
  %$1382 = getelementptr inbounds float, ptr %$1381, i64 435
  %$1383 = load float, ptr %$1382, align 4
  %$1384 = load float, ptr %acc_6.3.cell
  %$1385 = call float @llvm.fma.f32(float %$1380, float %$1383, float %$1384)
  store float %$1385, ptr %acc_6.3.cell
  %$1386 = getelementptr inbounds float, ptr %_16, i64 %$1287
  %$1387 = getelementptr inbounds float, ptr %$1386, i64 6
  %$1388 = load float, ptr %$1387, align 4
  %$1389 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1293
  %$1390 = getelementptr inbounds float, ptr %$1389, i64 4
  %$1391 = load float, ptr %$1390, align 4
  %$1392 = load float, ptr %acc_6.0.cell
  %$1393 = call float @llvm.fma.f32(float %$1388, float %$1391, float %$1392)
  store float %$1393, ptr %acc_6.0.cell
  %$1394 = getelementptr inbounds float, ptr %_16, i64 %$1287
  %$1395 = getelementptr inbounds float, ptr %$1394, i64 6
  %$1396 = load float, ptr %$1395, align 4
  %$1397 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1293
  %$1398 = getelementptr inbounds float, ptr %$1397, i64 148
  %$1399 = load float, ptr %$1398, align 4
  %$1400 = load float, ptr %acc_6.1.cell
  %$1401 = call float @llvm.fma.f32(float %$1396, float %$1399, float %$1400)
  store float %$1401, ptr %acc_6.1.cell
  %$1402 = getelementptr inbounds float, ptr %_16, i64 %$1287
  %$1403 = getelementptr inbounds float, ptr %$1402, i64 6
  %$1404 = load float, ptr %$1403, align 4
  %$1405 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1293
  %$1406 = getelementptr inbounds float, ptr %$1405, i64 292
  %$1407 = load float, ptr %$1406, align 4
  %$1408 = load float, ptr %acc_6.2.cell
  %$1409 = call float @llvm.fma.f32(float %$1404, float %$1407, float %$1408)
  store float %$1409, ptr %acc_6.2.cell
  %$1410 = getelementptr inbounds float, ptr %_16, i64 %$1287
  %$1411 = getelementptr inbounds float, ptr %$1410, i64 6
  %$1412 = load float, ptr %$1411, align 4
  %$1413 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1293
  %$1414 = getelementptr inbounds float, ptr %$1413, i64 436
  %$1415 = load float, ptr %$1414, align 4
  %$1416 = load float, ptr %acc_6.3.cell
  %$1417 = call float @llvm.fma.f32(float %$1412, float %$1415, float %$1416)
  store float %$1417, ptr %acc_6.3.cell
  %$1418 = getelementptr inbounds float, ptr %_16, i64 %$1287
  %$1419 = getelementptr inbounds float, ptr %$1418, i64 12
  %$1420 = load float, ptr %$1419, align 4
  %$1421 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1293
  %$1422 = getelementptr inbounds float, ptr %$1421, i64 6
  %$1423 = load float, ptr %$1422, align 4
  %$1424 = load float, ptr %acc_6.0.cell
  %$1425 = call float @llvm.fma.f32(float %$1420, float %$1423, float %$1424)
  store float %$1425, ptr %acc_6.0.cell
  %$1426 = getelementptr inbounds float, ptr %_16, i64 %$1287
  %$1427 = getelementptr inbounds float, ptr %$1426, i64 12
  %$1428 = load float, ptr %$1427, align 4
  %$1429 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1293
  %$1430 = getelementptr inbounds float, ptr %$1429, i64 150
  %$1431 = load float, ptr %$1430, align 4
  %$1432 = load float, ptr %acc_6.1.cell
  %$1433 = call float @llvm.fma.f32(float %$1428, float %$1431, float %$1432)
  store float %$1433, ptr %acc_6.1.cell
  %$1434 = getelementptr inbounds float, ptr %_16, i64 %$1287
  %$1435 = getelementptr inbounds float, ptr %$1434, i64 12
  %$1436 = load float, ptr %$1435, align 4
  %$1437 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1293
  %$1438 = getelementptr inbounds float, ptr %$1437, i64 294
  %$1439 = load float, ptr %$1438, align 4
  %$1440 = load float, ptr %acc_6.2.cell
  %$1441 = call float @llvm.fma.f32(float %$1436, float %$1439, float %$1440)
  store float %$1441, ptr %acc_6.2.cell
  %$1442 = getelementptr inbounds float, ptr %_16, i64 %$1287
  %$1443 = getelementptr inbounds float, ptr %$1442, i64 12
  %$1444 = load float, ptr %$1443, align 4
  %$1445 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1293
  %$1446 = getelementptr inbounds float, ptr %$1445, i64 438
  %$1447 = load float, ptr %$1446, align 4
  %$1448 = load float, ptr %acc_6.3.cell
  %$1449 = call float @llvm.fma.f32(float %$1444, float %$1447, float %$1448)
  store float %$1449, ptr %acc_6.3.cell
  %$1450 = getelementptr inbounds float, ptr %_16, i64 %$1287
  %$1451 = getelementptr inbounds float, ptr %$1450, i64 13
  %$1452 = load float, ptr %$1451, align 4
  %$1453 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1293
  %$1454 = getelementptr inbounds float, ptr %$1453, i64 7
  %$1455 = load float, ptr %$1454, align 4
  %$1456 = load float, ptr %acc_6.0.cell
  %$1457 = call float @llvm.fma.f32(float %$1452, float %$1455, float %$1456)
  store float %$1457, ptr %acc_6.0.cell
  %$1458 = getelementptr inbounds float, ptr %_16, i64 %$1287
  %$1459 = getelementptr inbounds float, ptr %$1458, i64 13
  %$1460 = load float, ptr %$1459, align 4
  %$1461 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1293
  %$1462 = getelementptr inbounds float, ptr %$1461, i64 151
  %$1463 = load float, ptr %$1462, align 4
  %$1464 = load float, ptr %acc_6.1.cell
  %$1465 = call float @llvm.fma.f32(float %$1460, float %$1463, float %$1464)
  store float %$1465, ptr %acc_6.1.cell
  %$1466 = getelementptr inbounds float, ptr %_16, i64 %$1287
  %$1467 = getelementptr inbounds float, ptr %$1466, i64 13
  %$1468 = load float, ptr %$1467, align 4
  %$1469 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1293
  %$1470 = getelementptr inbounds float, ptr %$1469, i64 295
  %$1471 = load float, ptr %$1470, align 4
  %$1472 = load float, ptr %acc_6.2.cell
  %$1473 = call float @llvm.fma.f32(float %$1468, float %$1471, float %$1472)
  store float %$1473, ptr %acc_6.2.cell
  %$1474 = getelementptr inbounds float, ptr %_16, i64 %$1287
  %$1475 = getelementptr inbounds float, ptr %$1474, i64 13
  %$1476 = load float, ptr %$1475, align 4
  %$1477 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1293
  %$1478 = getelementptr inbounds float, ptr %$1477, i64 439
  %$1479 = load float, ptr %$1478, align 4
  %$1480 = load float, ptr %acc_6.3.cell
  %$1481 = call float @llvm.fma.f32(float %$1476, float %$1479, float %$1480)
  store float %$1481, ptr %acc_6.3.cell
  %c_6.next = add nuw nsw i64 %c_6, 1
  %$1482 = icmp slt i64 %c_6.next, 16
  br i1 %$1482, label %c_6.body.1282, label %c_6.exit.1283
c_6.exit.1283:
  %$1483 = load float, ptr %acc_6.0.cell
  %$1484 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$1485 = load float, ptr %$1484, align 16
  %$1486 = fadd float %$1483, %$1485
  %$1487 = fcmp ogt float 0x0000000000000000, %$1486
  %$1488 = select i1 %$1487, float 0x0000000000000000, float %$1486
  %$1489 = getelementptr inbounds float, ptr %_18, i64 %$845
  %$1490 = getelementptr inbounds float, ptr %$1489, i64 6
  store float %$1488, ptr %$1490, align 4
  %$1491 = load float, ptr %acc_6.1.cell
  %$1492 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$1493 = getelementptr inbounds float, ptr %$1492, i64 1
  %$1494 = load float, ptr %$1493, align 4
  %$1495 = fadd float %$1491, %$1494
  %$1496 = fcmp ogt float 0x0000000000000000, %$1495
  %$1497 = select i1 %$1496, float 0x0000000000000000, float %$1495
  %$1498 = getelementptr inbounds float, ptr %_18, i64 %$845
  %$1499 = getelementptr inbounds float, ptr %$1498, i64 55
  store float %$1497, ptr %$1499, align 4
  %$1500 = load float, ptr %acc_6.2.cell
  %$1501 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$1502 = getelementptr inbounds float, ptr %$1501, i64 2
  %$1503 = load float, ptr %$1502, align 8
  %$1504 = fadd float %$1500, %$1503
  %$1505 = fcmp ogt float 0x0000000000000000, %$1504
  %$1506 = select i1 %$1505, float 0x0000000000000000, float %$1504
  %$1507 = getelementptr inbounds float, ptr %_18, i64 %$845
  %$1508 = getelementptr inbounds float, ptr %$1507, i64 104
  store float %$1506, ptr %$1508, align 4
  %$1509 = load float, ptr %acc_6.3.cell
  %$1510 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$1511 = getelementptr inbounds float, ptr %$1510, i64 3
  %$1512 = load float, ptr %$1511, align 4
  %$1513 = fadd float %$1509, %$1512
  %$1514 = fcmp ogt float 0x0000000000000000, %$1513
  %$1515 = select i1 %$1514, float 0x0000000000000000, float %$1513
  %$1516 = getelementptr inbounds float, ptr %_18, i64 %$845
  %$1517 = getelementptr inbounds float, ptr %$1516, i64 153
  store float %$1515, ptr %$1517, align 4
  %y.next = add nuw nsw i64 %y, 1
  %$1518 = icmp slt i64 %y.next, 6
  br i1 %$1518, label %y.body.636, label %y.exit.637
y.exit.637:
  store float 0x0000000000000000, ptr %acc_7.0.cell
  store float 0x0000000000000000, ptr %acc_7.1.cell
  store float 0x0000000000000000, ptr %acc_7.2.cell
  store float 0x0000000000000000, ptr %acc_7.3.cell
  br label %c_7.body.1519
c_7.body.1519:
  %c_7 = phi i64 [ 0, %y.exit.637 ], [ %c_7.next, %c_7.body.1519 ]
  %$1521 = mul nsw i64 %n, 784
  %$1522 = mul nsw i64 %c_7, 49
  %$1523 = add nsw i64 %$1521, %$1522
  %$1524 = getelementptr inbounds float, ptr %_16, i64 %$1523
  %$1525 = getelementptr inbounds float, ptr %$1524, i64 35
  %$1526 = load float, ptr %$1525, align 4
  %$1527 = mul nsw i64 %o, 144
  %$1528 = mul nsw i64 %c_7, 9
  %$1529 = add nsw i64 %$1527, %$1528
  %$1530 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1529
  %$1531 = getelementptr inbounds float, ptr %$1530, i64 1
  %$1532 = load float, ptr %$1531, align 4
  %$1533 = load float, ptr %acc_7.0.cell
  %$1534 = call float @llvm.fma.f32(float %$1526, float %$1532, float %$1533)
  store float %$1534, ptr %acc_7.0.cell
  %$1535 = getelementptr inbounds float, ptr %_16, i64 %$1523
  %$1536 = getelementptr inbounds float, ptr %$1535, i64 35
  %$1537 = load float, ptr %$1536, align 4
  %$1538 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1529
  %$1539 = getelementptr inbounds float, ptr %$1538, i64 145
  %$1540 = load float, ptr %$1539, align 4
  %$1541 = load float, ptr %acc_7.1.cell
  %$1542 = call float @llvm.fma.f32(float %$1537, float %$1540, float %$1541)
  store float %$1542, ptr %acc_7.1.cell
  %$1543 = getelementptr inbounds float, ptr %_16, i64 %$1523
  %$1544 = getelementptr inbounds float, ptr %$1543, i64 35
  %$1545 = load float, ptr %$1544, align 4
  %$1546 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1529
  %$1547 = getelementptr inbounds float, ptr %$1546, i64 289
  %$1548 = load float, ptr %$1547, align 4
  %$1549 = load float, ptr %acc_7.2.cell
  %$1550 = call float @llvm.fma.f32(float %$1545, float %$1548, float %$1549)
  store float %$1550, ptr %acc_7.2.cell
  %$1551 = getelementptr inbounds float, ptr %_16, i64 %$1523
  %$1552 = getelementptr inbounds float, ptr %$1551, i64 35
  %$1553 = load float, ptr %$1552, align 4
  %$1554 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1529
  %$1555 = getelementptr inbounds float, ptr %$1554, i64 433
  %$1556 = load float, ptr %$1555, align 4
  %$1557 = load float, ptr %acc_7.3.cell
  %$1558 = call float @llvm.fma.f32(float %$1553, float %$1556, float %$1557)
  store float %$1558, ptr %acc_7.3.cell
  %$1559 = getelementptr inbounds float, ptr %_16, i64 %$1523
  %$1560 = getelementptr inbounds float, ptr %$1559, i64 36
  %$1561 = load float, ptr %$1560, align 4
  %$1562 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1529
  %$1563 = getelementptr inbounds float, ptr %$1562, i64 2
  %$1564 = load float, ptr %$1563, align 4
  %$1565 = load float, ptr %acc_7.0.cell
  %$1566 = call float @llvm.fma.f32(float %$1561, float %$1564, float %$1565)
  store float %$1566, ptr %acc_7.0.cell
  %$1567 = getelementptr inbounds float, ptr %_16, i64 %$1523
  %$1568 = getelementptr inbounds float, ptr %$1567, i64 36
  %$1569 = load float, ptr %$1568, align 4
  %$1570 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1529
  %$1571 = getelementptr inbounds float, ptr %$1570, i64 146
  %$1572 = load float, ptr %$1571, align 4
  %$1573 = load float, ptr %acc_7.1.cell
  %$1574 = call float @llvm.fma.f32(float %$1569, float %$1572, float %$1573)
  store float %$1574, ptr %acc_7.1.cell
  %$1575 = getelementptr inbounds float, ptr %_16, i64 %$1523
  %$1576 = getelementptr inbounds float, ptr %$1575, i64 36
  %$1577 = load float, ptr %$1576, align 4
  %$1578 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1529
  %$1579 = getelementptr inbounds float, ptr %$1578, i64 290
  %$1580 = load float, ptr %$1579, align 4
  %$1581 = load float, ptr %acc_7.2.cell
  %$1582 = call float @llvm.fma.f32(float %$1577, float %$1580, float %$1581)
  store float %$1582, ptr %acc_7.2.cell
  %$1583 = getelementptr inbounds float, ptr %_16, i64 %$1523
  %$1584 = getelementptr inbounds float, ptr %$1583, i64 36
  %$1585 = load float, ptr %$1584, align 4
  %$1586 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1529
  %$1587 = getelementptr inbounds float, ptr %$1586, i64 434
  %$1588 = load float, ptr %$1587, align 4
  %$1589 = load float, ptr %acc_7.3.cell
  %$1590 = call float @llvm.fma.f32(float %$1585, float %$1588, float %$1589)
  store float %$1590, ptr %acc_7.3.cell
  %$1591 = getelementptr inbounds float, ptr %_16, i64 %$1523
  %$1592 = getelementptr inbounds float, ptr %$1591, i64 42
  %$1593 = load float, ptr %$1592, align 4
  %$1594 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1529
  %$1595 = getelementptr inbounds float, ptr %$1594, i64 4
  %$1596 = load float, ptr %$1595, align 4
  %$1597 = load float, ptr %acc_7.0.cell
  %$1598 = call float @llvm.fma.f32(float %$1593, float %$1596, float %$1597)
  store float %$1598, ptr %acc_7.0.cell
  %$1599 = getelementptr inbounds float, ptr %_16, i64 %$1523
  %$1600 = getelementptr inbounds float, ptr %$1599, i64 42
  %$1601 = load float, ptr %$1600, align 4
  %$1602 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1529
  %$1603 = getelementptr inbounds float, ptr %$1602, i64 148
  %$1604 = load float, ptr %$1603, align 4
  %$1605 = load float, ptr %acc_7.1.cell
  %$1606 = call float @llvm.fma.f32(float %$1601, float %$1604, float %$1605)
  store float %$1606, ptr %acc_7.1.cell
  %$1607 = getelementptr inbounds float, ptr %_16, i64 %$1523
  %$1608 = getelementptr inbounds float, ptr %$1607, i64 42
  %$1609 = load float, ptr %$1608, align 4
  %$1610 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1529
  %$1611 = getelementptr inbounds float, ptr %$1610, i64 292
  %$1612 = load float, ptr %$1611, align 4
  %$1613 = load float, ptr %acc_7.2.cell
  %$1614 = call float @llvm.fma.f32(float %$1609, float %$1612, float %$1613)
  store float %$1614, ptr %acc_7.2.cell
  %$1615 = getelementptr inbounds float, ptr %_16, i64 %$1523
  %$1616 = getelementptr inbounds float, ptr %$1615, i64 42
  %$1617 = load float, ptr %$1616, align 4
  %$1618 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1529
  %$1619 = getelementptr inbounds float, ptr %$1618, i64 436
  %$1620 = load float, ptr %$1619, align 4
  %$1621 = load float, ptr %acc_7.3.cell
  %$1622 = call float @llvm.fma.f32(float %$1617, float %$1620, float %$1621)
  store float %$1622, ptr %acc_7.3.cell
  %$1623 = getelementptr inbounds float, ptr %_16, i64 %$1523
  %$1624 = getelementptr inbounds float, ptr %$1623, i64 43
  %$1625 = load float, ptr %$1624, align 4
  %$1626 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1529
  %$1627 = getelementptr inbounds float, ptr %$1626, i64 5
  %$1628 = load float, ptr %$1627, align 4
  %$1629 = load float, ptr %acc_7.0.cell
  %$1630 = call float @llvm.fma.f32(float %$1625, float %$1628, float %$1629)
  store float %$1630, ptr %acc_7.0.cell
  %$1631 = getelementptr inbounds float, ptr %_16, i64 %$1523
  %$1632 = getelementptr inbounds float, ptr %$1631, i64 43
  %$1633 = load float, ptr %$1632, align 4
  %$1634 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1529
  %$1635 = getelementptr inbounds float, ptr %$1634, i64 149
  %$1636 = load float, ptr %$1635, align 4
  %$1637 = load float, ptr %acc_7.1.cell
  %$1638 = call float @llvm.fma.f32(float %$1633, float %$1636, float %$1637)
  store float %$1638, ptr %acc_7.1.cell
  %$1639 = getelementptr inbounds float, ptr %_16, i64 %$1523
  %$1640 = getelementptr inbounds float, ptr %$1639, i64 43
  %$1641 = load float, ptr %$1640, align 4
  %$1642 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1529
  %$1643 = getelementptr inbounds float, ptr %$1642, i64 293
  %$1644 = load float, ptr %$1643, align 4
  %$1645 = load float, ptr %acc_7.2.cell
  %$1646 = call float @llvm.fma.f32(float %$1641, float %$1644, float %$1645)
  store float %$1646, ptr %acc_7.2.cell
  %$1647 = getelementptr inbounds float, ptr %_16, i64 %$1523
  %$1648 = getelementptr inbounds float, ptr %$1647, i64 43
  %$1649 = load float, ptr %$1648, align 4
  %$1650 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1529
  %$1651 = getelementptr inbounds float, ptr %$1650, i64 437
  %$1652 = load float, ptr %$1651, align 4
  %$1653 = load float, ptr %acc_7.3.cell
  %$1654 = call float @llvm.fma.f32(float %$1649, float %$1652, float %$1653)
  store float %$1654, ptr %acc_7.3.cell
  %c_7.next = add nuw nsw i64 %c_7, 1
  %$1655 = icmp slt i64 %c_7.next, 16
  br i1 %$1655, label %c_7.body.1519, label %c_7.exit.1520
c_7.exit.1520:
  %$1656 = load float, ptr %acc_7.0.cell
  %$1657 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$1658 = load float, ptr %$1657, align 16
  %$1659 = fadd float %$1656, %$1658
  %$1660 = fcmp ogt float 0x0000000000000000, %$1659
  %$1661 = select i1 %$1660, float 0x0000000000000000, float %$1659
  %$1662 = getelementptr inbounds float, ptr %_18, i64 %$147
  %$1663 = getelementptr inbounds float, ptr %$1662, i64 42
  store float %$1661, ptr %$1663, align 8
  %$1664 = load float, ptr %acc_7.1.cell
  %$1665 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$1666 = getelementptr inbounds float, ptr %$1665, i64 1
  %$1667 = load float, ptr %$1666, align 4
  %$1668 = fadd float %$1664, %$1667
  %$1669 = fcmp ogt float 0x0000000000000000, %$1668
  %$1670 = select i1 %$1669, float 0x0000000000000000, float %$1668
  %$1671 = getelementptr inbounds float, ptr %_18, i64 %$147
  %$1672 = getelementptr inbounds float, ptr %$1671, i64 91
  store float %$1670, ptr %$1672, align 4
  %$1673 = load float, ptr %acc_7.2.cell
  %$1674 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$1675 = getelementptr inbounds float, ptr %$1674, i64 2
  %$1676 = load float, ptr %$1675, align 8
  %$1677 = fadd float %$1673, %$1676
  %$1678 = fcmp ogt float 0x0000000000000000, %$1677
  %$1679 = select i1 %$1678, float 0x0000000000000000, float %$1677
  %$1680 = getelementptr inbounds float, ptr %_18, i64 %$147
  %$1681 = getelementptr inbounds float, ptr %$1680, i64 140
  store float %$1679, ptr %$1681, align 16
  %$1682 = load float, ptr %acc_7.3.cell
  %$1683 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$1684 = getelementptr inbounds float, ptr %$1683, i64 3
  %$1685 = load float, ptr %$1684, align 4
  %$1686 = fadd float %$1682, %$1685
  %$1687 = fcmp ogt float 0x0000000000000000, %$1686
  %$1688 = select i1 %$1687, float 0x0000000000000000, float %$1686
  %$1689 = getelementptr inbounds float, ptr %_18, i64 %$147
  %$1690 = getelementptr inbounds float, ptr %$1689, i64 189
  store float %$1688, ptr %$1690, align 4
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %acc_8.0.cell
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %acc_8.1.cell
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %acc_8.2.cell
  store <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, ptr %acc_8.3.cell
  br label %c_8.body.1691
c_8.body.1691:
  %c_8 = phi i64 [ 0, %c_7.exit.1520 ], [ %c_8.next, %c_8.body.1691 ]
  %$1693 = mul nsw i64 %n, 784
  %$1694 = mul nsw i64 %c_8, 49
  %$1695 = add nsw i64 %$1693, %$1694
  %$1696 = getelementptr inbounds float, ptr %_16, i64 %$1695
  %$1697 = getelementptr inbounds float, ptr %$1696, i64 35
  %$1698 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1697, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1699 = mul nsw i64 %o, 144
  %$1700 = mul nsw i64 %c_8, 9
  %$1701 = add nsw i64 %$1699, %$1700
  %$1702 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1701
  %$1703 = load float, ptr %$1702, align 4
  %$1704 = insertelement <8 x float> poison, float %$1703, i32 0
  %$1705 = shufflevector <8 x float> %$1704, <8 x float> poison, <8 x i32> zeroinitializer
  %$1706 = load <8 x float>, ptr %acc_8.0.cell
  %$1707 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1698, <8 x float> %$1705, <8 x float> %$1706)
  store <8 x float> %$1707, ptr %acc_8.0.cell
  %$1708 = getelementptr inbounds float, ptr %_16, i64 %$1695
  %$1709 = getelementptr inbounds float, ptr %$1708, i64 35
  %$1710 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1709, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1711 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1701
  %$1712 = getelementptr inbounds float, ptr %$1711, i64 144
  %$1713 = load float, ptr %$1712, align 4
  %$1714 = insertelement <8 x float> poison, float %$1713, i32 0
  %$1715 = shufflevector <8 x float> %$1714, <8 x float> poison, <8 x i32> zeroinitializer
  %$1716 = load <8 x float>, ptr %acc_8.1.cell
  %$1717 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1710, <8 x float> %$1715, <8 x float> %$1716)
  store <8 x float> %$1717, ptr %acc_8.1.cell
  %$1718 = getelementptr inbounds float, ptr %_16, i64 %$1695
  %$1719 = getelementptr inbounds float, ptr %$1718, i64 35
  %$1720 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1719, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1721 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1701
  %$1722 = getelementptr inbounds float, ptr %$1721, i64 288
  %$1723 = load float, ptr %$1722, align 4
  %$1724 = insertelement <8 x float> poison, float %$1723, i32 0
  %$1725 = shufflevector <8 x float> %$1724, <8 x float> poison, <8 x i32> zeroinitializer
  %$1726 = load <8 x float>, ptr %acc_8.2.cell
  %$1727 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1720, <8 x float> %$1725, <8 x float> %$1726)
  store <8 x float> %$1727, ptr %acc_8.2.cell
  %$1728 = getelementptr inbounds float, ptr %_16, i64 %$1695
  %$1729 = getelementptr inbounds float, ptr %$1728, i64 35
  %$1730 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1729, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1731 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1701
  %$1732 = getelementptr inbounds float, ptr %$1731, i64 432
  %$1733 = load float, ptr %$1732, align 4
  %$1734 = insertelement <8 x float> poison, float %$1733, i32 0
  %$1735 = shufflevector <8 x float> %$1734, <8 x float> poison, <8 x i32> zeroinitializer
  %$1736 = load <8 x float>, ptr %acc_8.3.cell
  %$1737 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1730, <8 x float> %$1735, <8 x float> %$1736)
  store <8 x float> %$1737, ptr %acc_8.3.cell
  %$1738 = getelementptr inbounds float, ptr %_16, i64 %$1695
  %$1739 = getelementptr inbounds float, ptr %$1738, i64 36
  %$1740 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1739, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1741 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1701
  %$1742 = getelementptr inbounds float, ptr %$1741, i64 1
  %$1743 = load float, ptr %$1742, align 4
  %$1744 = insertelement <8 x float> poison, float %$1743, i32 0
  %$1745 = shufflevector <8 x float> %$1744, <8 x float> poison, <8 x i32> zeroinitializer
  %$1746 = load <8 x float>, ptr %acc_8.0.cell
  %$1747 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1740, <8 x float> %$1745, <8 x float> %$1746)
  store <8 x float> %$1747, ptr %acc_8.0.cell
  %$1748 = getelementptr inbounds float, ptr %_16, i64 %$1695
  %$1749 = getelementptr inbounds float, ptr %$1748, i64 36
  %$1750 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1749, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1751 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1701
  %$1752 = getelementptr inbounds float, ptr %$1751, i64 145
  %$1753 = load float, ptr %$1752, align 4
  %$1754 = insertelement <8 x float> poison, float %$1753, i32 0
  %$1755 = shufflevector <8 x float> %$1754, <8 x float> poison, <8 x i32> zeroinitializer
  %$1756 = load <8 x float>, ptr %acc_8.1.cell
  %$1757 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1750, <8 x float> %$1755, <8 x float> %$1756)
  store <8 x float> %$1757, ptr %acc_8.1.cell
  %$1758 = getelementptr inbounds float, ptr %_16, i64 %$1695
  %$1759 = getelementptr inbounds float, ptr %$1758, i64 36
  %$1760 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1759, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1761 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1701
  %$1762 = getelementptr inbounds float, ptr %$1761, i64 289
  %$1763 = load float, ptr %$1762, align 4
  %$1764 = insertelement <8 x float> poison, float %$1763, i32 0
  %$1765 = shufflevector <8 x float> %$1764, <8 x float> poison, <8 x i32> zeroinitializer
  %$1766 = load <8 x float>, ptr %acc_8.2.cell
  %$1767 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1760, <8 x float> %$1765, <8 x float> %$1766)
  store <8 x float> %$1767, ptr %acc_8.2.cell
  %$1768 = getelementptr inbounds float, ptr %_16, i64 %$1695
  %$1769 = getelementptr inbounds float, ptr %$1768, i64 36
  %$1770 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1769, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1771 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1701
  %$1772 = getelementptr inbounds float, ptr %$1771, i64 433
  %$1773 = load float, ptr %$1772, align 4
  %$1774 = insertelement <8 x float> poison, float %$1773, i32 0
  %$1775 = shufflevector <8 x float> %$1774, <8 x float> poison, <8 x i32> zeroinitializer
  %$1776 = load <8 x float>, ptr %acc_8.3.cell
  %$1777 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1770, <8 x float> %$1775, <8 x float> %$1776)
  store <8 x float> %$1777, ptr %acc_8.3.cell
  %$1778 = getelementptr inbounds float, ptr %_16, i64 %$1695
  %$1779 = getelementptr inbounds float, ptr %$1778, i64 37
  %$1780 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1779, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1781 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1701
  %$1782 = getelementptr inbounds float, ptr %$1781, i64 2
  %$1783 = load float, ptr %$1782, align 4
  %$1784 = insertelement <8 x float> poison, float %$1783, i32 0
  %$1785 = shufflevector <8 x float> %$1784, <8 x float> poison, <8 x i32> zeroinitializer
  %$1786 = load <8 x float>, ptr %acc_8.0.cell
  %$1787 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1780, <8 x float> %$1785, <8 x float> %$1786)
  store <8 x float> %$1787, ptr %acc_8.0.cell
  %$1788 = getelementptr inbounds float, ptr %_16, i64 %$1695
  %$1789 = getelementptr inbounds float, ptr %$1788, i64 37
  %$1790 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1789, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1791 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1701
  %$1792 = getelementptr inbounds float, ptr %$1791, i64 146
  %$1793 = load float, ptr %$1792, align 4
  %$1794 = insertelement <8 x float> poison, float %$1793, i32 0
  %$1795 = shufflevector <8 x float> %$1794, <8 x float> poison, <8 x i32> zeroinitializer
  %$1796 = load <8 x float>, ptr %acc_8.1.cell
  %$1797 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1790, <8 x float> %$1795, <8 x float> %$1796)
  store <8 x float> %$1797, ptr %acc_8.1.cell
  %$1798 = getelementptr inbounds float, ptr %_16, i64 %$1695
  %$1799 = getelementptr inbounds float, ptr %$1798, i64 37
  %$1800 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1799, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1801 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1701
  %$1802 = getelementptr inbounds float, ptr %$1801, i64 290
  %$1803 = load float, ptr %$1802, align 4
  %$1804 = insertelement <8 x float> poison, float %$1803, i32 0
  %$1805 = shufflevector <8 x float> %$1804, <8 x float> poison, <8 x i32> zeroinitializer
  %$1806 = load <8 x float>, ptr %acc_8.2.cell
  %$1807 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1800, <8 x float> %$1805, <8 x float> %$1806)
  store <8 x float> %$1807, ptr %acc_8.2.cell
  %$1808 = getelementptr inbounds float, ptr %_16, i64 %$1695
  %$1809 = getelementptr inbounds float, ptr %$1808, i64 37
  %$1810 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1809, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1811 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1701
  %$1812 = getelementptr inbounds float, ptr %$1811, i64 434
  %$1813 = load float, ptr %$1812, align 4
  %$1814 = insertelement <8 x float> poison, float %$1813, i32 0
  %$1815 = shufflevector <8 x float> %$1814, <8 x float> poison, <8 x i32> zeroinitializer
  %$1816 = load <8 x float>, ptr %acc_8.3.cell
  %$1817 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1810, <8 x float> %$1815, <8 x float> %$1816)
  store <8 x float> %$1817, ptr %acc_8.3.cell
  %$1818 = getelementptr inbounds float, ptr %_16, i64 %$1695
  %$1819 = getelementptr inbounds float, ptr %$1818, i64 42
  %$1820 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1819, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1821 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1701
  %$1822 = getelementptr inbounds float, ptr %$1821, i64 3
  %$1823 = load float, ptr %$1822, align 4
  %$1824 = insertelement <8 x float> poison, float %$1823, i32 0
  %$1825 = shufflevector <8 x float> %$1824, <8 x float> poison, <8 x i32> zeroinitializer
  %$1826 = load <8 x float>, ptr %acc_8.0.cell
  %$1827 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1820, <8 x float> %$1825, <8 x float> %$1826)
  store <8 x float> %$1827, ptr %acc_8.0.cell
  %$1828 = getelementptr inbounds float, ptr %_16, i64 %$1695
  %$1829 = getelementptr inbounds float, ptr %$1828, i64 42
  %$1830 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1829, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1831 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1701
  %$1832 = getelementptr inbounds float, ptr %$1831, i64 147
  %$1833 = load float, ptr %$1832, align 4
  %$1834 = insertelement <8 x float> poison, float %$1833, i32 0
  %$1835 = shufflevector <8 x float> %$1834, <8 x float> poison, <8 x i32> zeroinitializer
  %$1836 = load <8 x float>, ptr %acc_8.1.cell
  %$1837 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1830, <8 x float> %$1835, <8 x float> %$1836)
  store <8 x float> %$1837, ptr %acc_8.1.cell
  %$1838 = getelementptr inbounds float, ptr %_16, i64 %$1695
  %$1839 = getelementptr inbounds float, ptr %$1838, i64 42
  %$1840 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1839, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1841 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1701
  %$1842 = getelementptr inbounds float, ptr %$1841, i64 291
  %$1843 = load float, ptr %$1842, align 4
  %$1844 = insertelement <8 x float> poison, float %$1843, i32 0
  %$1845 = shufflevector <8 x float> %$1844, <8 x float> poison, <8 x i32> zeroinitializer
  %$1846 = load <8 x float>, ptr %acc_8.2.cell
  %$1847 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1840, <8 x float> %$1845, <8 x float> %$1846)
  store <8 x float> %$1847, ptr %acc_8.2.cell
  %$1848 = getelementptr inbounds float, ptr %_16, i64 %$1695
  %$1849 = getelementptr inbounds float, ptr %$1848, i64 42
  %$1850 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1849, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1851 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1701
  %$1852 = getelementptr inbounds float, ptr %$1851, i64 435
  %$1853 = load float, ptr %$1852, align 4
  %$1854 = insertelement <8 x float> poison, float %$1853, i32 0
  %$1855 = shufflevector <8 x float> %$1854, <8 x float> poison, <8 x i32> zeroinitializer
  %$1856 = load <8 x float>, ptr %acc_8.3.cell
  %$1857 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1850, <8 x float> %$1855, <8 x float> %$1856)
  store <8 x float> %$1857, ptr %acc_8.3.cell
  %$1858 = getelementptr inbounds float, ptr %_16, i64 %$1695
  %$1859 = getelementptr inbounds float, ptr %$1858, i64 43
  %$1860 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1859, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1861 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1701
  %$1862 = getelementptr inbounds float, ptr %$1861, i64 4
  %$1863 = load float, ptr %$1862, align 4
  %$1864 = insertelement <8 x float> poison, float %$1863, i32 0
  %$1865 = shufflevector <8 x float> %$1864, <8 x float> poison, <8 x i32> zeroinitializer
  %$1866 = load <8 x float>, ptr %acc_8.0.cell
  %$1867 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1860, <8 x float> %$1865, <8 x float> %$1866)
  store <8 x float> %$1867, ptr %acc_8.0.cell
  %$1868 = getelementptr inbounds float, ptr %_16, i64 %$1695
  %$1869 = getelementptr inbounds float, ptr %$1868, i64 43
  %$1870 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1869, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1871 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1701
  %$1872 = getelementptr inbounds float, ptr %$1871, i64 148
  %$1873 = load float, ptr %$1872, align 4
  %$1874 = insertelement <8 x float> poison, float %$1873, i32 0
  %$1875 = shufflevector <8 x float> %$1874, <8 x float> poison, <8 x i32> zeroinitializer
  %$1876 = load <8 x float>, ptr %acc_8.1.cell
  %$1877 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1870, <8 x float> %$1875, <8 x float> %$1876)
  store <8 x float> %$1877, ptr %acc_8.1.cell
  %$1878 = getelementptr inbounds float, ptr %_16, i64 %$1695
  %$1879 = getelementptr inbounds float, ptr %$1878, i64 43
  %$1880 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1879, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1881 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1701
  %$1882 = getelementptr inbounds float, ptr %$1881, i64 292
  %$1883 = load float, ptr %$1882, align 4
  %$1884 = insertelement <8 x float> poison, float %$1883, i32 0
  %$1885 = shufflevector <8 x float> %$1884, <8 x float> poison, <8 x i32> zeroinitializer
  %$1886 = load <8 x float>, ptr %acc_8.2.cell
  %$1887 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1880, <8 x float> %$1885, <8 x float> %$1886)
  store <8 x float> %$1887, ptr %acc_8.2.cell
  %$1888 = getelementptr inbounds float, ptr %_16, i64 %$1695
  %$1889 = getelementptr inbounds float, ptr %$1888, i64 43
  %$1890 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1889, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1891 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1701
  %$1892 = getelementptr inbounds float, ptr %$1891, i64 436
  %$1893 = load float, ptr %$1892, align 4
  %$1894 = insertelement <8 x float> poison, float %$1893, i32 0
  %$1895 = shufflevector <8 x float> %$1894, <8 x float> poison, <8 x i32> zeroinitializer
  %$1896 = load <8 x float>, ptr %acc_8.3.cell
  %$1897 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1890, <8 x float> %$1895, <8 x float> %$1896)
  store <8 x float> %$1897, ptr %acc_8.3.cell
  %$1898 = getelementptr inbounds float, ptr %_16, i64 %$1695
  %$1899 = getelementptr inbounds float, ptr %$1898, i64 44
  %$1900 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1899, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1901 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1701
  %$1902 = getelementptr inbounds float, ptr %$1901, i64 5
  %$1903 = load float, ptr %$1902, align 4
  %$1904 = insertelement <8 x float> poison, float %$1903, i32 0
  %$1905 = shufflevector <8 x float> %$1904, <8 x float> poison, <8 x i32> zeroinitializer
  %$1906 = load <8 x float>, ptr %acc_8.0.cell
  %$1907 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1900, <8 x float> %$1905, <8 x float> %$1906)
  store <8 x float> %$1907, ptr %acc_8.0.cell
  %$1908 = getelementptr inbounds float, ptr %_16, i64 %$1695
  %$1909 = getelementptr inbounds float, ptr %$1908, i64 44
  %$1910 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1909, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1911 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1701
  %$1912 = getelementptr inbounds float, ptr %$1911, i64 149
  %$1913 = load float, ptr %$1912, align 4
  %$1914 = insertelement <8 x float> poison, float %$1913, i32 0
  %$1915 = shufflevector <8 x float> %$1914, <8 x float> poison, <8 x i32> zeroinitializer
  %$1916 = load <8 x float>, ptr %acc_8.1.cell
  %$1917 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1910, <8 x float> %$1915, <8 x float> %$1916)
  store <8 x float> %$1917, ptr %acc_8.1.cell
  %$1918 = getelementptr inbounds float, ptr %_16, i64 %$1695
  %$1919 = getelementptr inbounds float, ptr %$1918, i64 44
  %$1920 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1919, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1921 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1701
  %$1922 = getelementptr inbounds float, ptr %$1921, i64 293
  %$1923 = load float, ptr %$1922, align 4
  %$1924 = insertelement <8 x float> poison, float %$1923, i32 0
  %$1925 = shufflevector <8 x float> %$1924, <8 x float> poison, <8 x i32> zeroinitializer
  %$1926 = load <8 x float>, ptr %acc_8.2.cell
  %$1927 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1920, <8 x float> %$1925, <8 x float> %$1926)
  store <8 x float> %$1927, ptr %acc_8.2.cell
  %$1928 = getelementptr inbounds float, ptr %_16, i64 %$1695
  %$1929 = getelementptr inbounds float, ptr %$1928, i64 44
  %$1930 = call <8 x float> @llvm.masked.load.v8f32.p0(ptr %$1929, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>, <8 x float> zeroinitializer)
  %$1931 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1701
  %$1932 = getelementptr inbounds float, ptr %$1931, i64 437
  %$1933 = load float, ptr %$1932, align 4
  %$1934 = insertelement <8 x float> poison, float %$1933, i32 0
  %$1935 = shufflevector <8 x float> %$1934, <8 x float> poison, <8 x i32> zeroinitializer
  %$1936 = load <8 x float>, ptr %acc_8.3.cell
  %$1937 = call <8 x float> @llvm.fma.v8f32(<8 x float> %$1930, <8 x float> %$1935, <8 x float> %$1936)
  store <8 x float> %$1937, ptr %acc_8.3.cell
  %c_8.next = add nuw nsw i64 %c_8, 1
  %$1938 = icmp slt i64 %c_8.next, 16
  br i1 %$1938, label %c_8.body.1691, label %c_8.exit.1692
c_8.exit.1692:
  %$1939 = load <8 x float>, ptr %acc_8.0.cell
  %$1940 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$1941 = load float, ptr %$1940, align 16
  %$1942 = insertelement <8 x float> poison, float %$1941, i32 0
  %$1943 = shufflevector <8 x float> %$1942, <8 x float> poison, <8 x i32> zeroinitializer
  %$1944 = fadd <8 x float> %$1939, %$1943
  %$1945 = fcmp ogt <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, %$1944
  %$1946 = select <8 x i1> %$1945, <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, <8 x float> %$1944
  %$1947 = getelementptr inbounds float, ptr %_18, i64 %$147
  %$1948 = getelementptr inbounds float, ptr %$1947, i64 43
  call void @llvm.masked.store.v8f32.p0(<8 x float> %$1946, ptr %$1948, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>)
  %$1949 = load <8 x float>, ptr %acc_8.1.cell
  %$1950 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$1951 = getelementptr inbounds float, ptr %$1950, i64 1
  %$1952 = load float, ptr %$1951, align 4
  %$1953 = insertelement <8 x float> poison, float %$1952, i32 0
  %$1954 = shufflevector <8 x float> %$1953, <8 x float> poison, <8 x i32> zeroinitializer
  %$1955 = fadd <8 x float> %$1949, %$1954
  %$1956 = fcmp ogt <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, %$1955
  %$1957 = select <8 x i1> %$1956, <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, <8 x float> %$1955
  %$1958 = getelementptr inbounds float, ptr %_18, i64 %$147
  %$1959 = getelementptr inbounds float, ptr %$1958, i64 92
  call void @llvm.masked.store.v8f32.p0(<8 x float> %$1957, ptr %$1959, i32 16, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>)
  %$1960 = load <8 x float>, ptr %acc_8.2.cell
  %$1961 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$1962 = getelementptr inbounds float, ptr %$1961, i64 2
  %$1963 = load float, ptr %$1962, align 8
  %$1964 = insertelement <8 x float> poison, float %$1963, i32 0
  %$1965 = shufflevector <8 x float> %$1964, <8 x float> poison, <8 x i32> zeroinitializer
  %$1966 = fadd <8 x float> %$1960, %$1965
  %$1967 = fcmp ogt <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, %$1966
  %$1968 = select <8 x i1> %$1967, <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, <8 x float> %$1966
  %$1969 = getelementptr inbounds float, ptr %_18, i64 %$147
  %$1970 = getelementptr inbounds float, ptr %$1969, i64 141
  call void @llvm.masked.store.v8f32.p0(<8 x float> %$1968, ptr %$1970, i32 4, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>)
  %$1971 = load <8 x float>, ptr %acc_8.3.cell
  %$1972 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$1973 = getelementptr inbounds float, ptr %$1972, i64 3
  %$1974 = load float, ptr %$1973, align 4
  %$1975 = insertelement <8 x float> poison, float %$1974, i32 0
  %$1976 = shufflevector <8 x float> %$1975, <8 x float> poison, <8 x i32> zeroinitializer
  %$1977 = fadd <8 x float> %$1971, %$1976
  %$1978 = fcmp ogt <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, %$1977
  %$1979 = select <8 x i1> %$1978, <8 x float> <float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000, float 0x0000000000000000>, <8 x float> %$1977
  %$1980 = getelementptr inbounds float, ptr %_18, i64 %$147
  %$1981 = getelementptr inbounds float, ptr %$1980, i64 190
  call void @llvm.masked.store.v8f32.p0(<8 x float> %$1979, ptr %$1981, i32 8, <8 x i1> <i1 true, i1 true, i1 true, i1 true, i1 true, i1 false, i1 false, i1 false>)
  store float 0x0000000000000000, ptr %acc_9.0.cell
  store float 0x0000000000000000, ptr %acc_9.1.cell
  store float 0x0000000000000000, ptr %acc_9.2.cell
  store float 0x0000000000000000, ptr %acc_9.3.cell
  br label %c_9.body.1982
c_9.body.1982:
  %c_9 = phi i64 [ 0, %c_8.exit.1692 ], [ %c_9.next, %c_9.body.1982 ]
  %$1984 = mul nsw i64 %n, 784
  %$1985 = mul nsw i64 %c_9, 49
  %$1986 = add nsw i64 %$1984, %$1985
  %$1987 = getelementptr inbounds float, ptr %_16, i64 %$1986
  %$1988 = getelementptr inbounds float, ptr %$1987, i64 40
  %$1989 = load float, ptr %$1988, align 4
  %$1990 = mul nsw i64 %o, 144
  %$1991 = mul nsw i64 %c_9, 9
  %$1992 = add nsw i64 %$1990, %$1991
  %$1993 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1992
  %$1994 = load float, ptr %$1993, align 4
  %$1995 = load float, ptr %acc_9.0.cell
  %$1996 = call float @llvm.fma.f32(float %$1989, float %$1994, float %$1995)
  store float %$1996, ptr %acc_9.0.cell
  %$1997 = getelementptr inbounds float, ptr %_16, i64 %$1986
  %$1998 = getelementptr inbounds float, ptr %$1997, i64 40
  %$1999 = load float, ptr %$1998, align 4
  %$2000 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1992
  %$2001 = getelementptr inbounds float, ptr %$2000, i64 144
  %$2002 = load float, ptr %$2001, align 4
  %$2003 = load float, ptr %acc_9.1.cell
  %$2004 = call float @llvm.fma.f32(float %$1999, float %$2002, float %$2003)
  store float %$2004, ptr %acc_9.1.cell
  %$2005 = getelementptr inbounds float, ptr %_16, i64 %$1986
  %$2006 = getelementptr inbounds float, ptr %$2005, i64 40
  %$2007 = load float, ptr %$2006, align 4
  %$2008 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1992
  %$2009 = getelementptr inbounds float, ptr %$2008, i64 288
  %$2010 = load float, ptr %$2009, align 4
  %$2011 = load float, ptr %acc_9.2.cell
  %$2012 = call float @llvm.fma.f32(float %$2007, float %$2010, float %$2011)
  store float %$2012, ptr %acc_9.2.cell
  %$2013 = getelementptr inbounds float, ptr %_16, i64 %$1986
  %$2014 = getelementptr inbounds float, ptr %$2013, i64 40
  %$2015 = load float, ptr %$2014, align 4
  %$2016 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1992
  %$2017 = getelementptr inbounds float, ptr %$2016, i64 432
  %$2018 = load float, ptr %$2017, align 4
  %$2019 = load float, ptr %acc_9.3.cell
  %$2020 = call float @llvm.fma.f32(float %$2015, float %$2018, float %$2019)
  store float %$2020, ptr %acc_9.3.cell
  %$2021 = getelementptr inbounds float, ptr %_16, i64 %$1986
  %$2022 = getelementptr inbounds float, ptr %$2021, i64 41
  %$2023 = load float, ptr %$2022, align 4
  %$2024 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1992
  %$2025 = getelementptr inbounds float, ptr %$2024, i64 1
  %$2026 = load float, ptr %$2025, align 4
  %$2027 = load float, ptr %acc_9.0.cell
  %$2028 = call float @llvm.fma.f32(float %$2023, float %$2026, float %$2027)
  store float %$2028, ptr %acc_9.0.cell
  %$2029 = getelementptr inbounds float, ptr %_16, i64 %$1986
  %$2030 = getelementptr inbounds float, ptr %$2029, i64 41
  %$2031 = load float, ptr %$2030, align 4
  %$2032 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1992
  %$2033 = getelementptr inbounds float, ptr %$2032, i64 145
  %$2034 = load float, ptr %$2033, align 4
  %$2035 = load float, ptr %acc_9.1.cell
  %$2036 = call float @llvm.fma.f32(float %$2031, float %$2034, float %$2035)
  store float %$2036, ptr %acc_9.1.cell
  %$2037 = getelementptr inbounds float, ptr %_16, i64 %$1986
  %$2038 = getelementptr inbounds float, ptr %$2037, i64 41
  %$2039 = load float, ptr %$2038, align 4
  %$2040 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1992
  %$2041 = getelementptr inbounds float, ptr %$2040, i64 289
  %$2042 = load float, ptr %$2041, align 4
  %$2043 = load float, ptr %acc_9.2.cell
  %$2044 = call float @llvm.fma.f32(float %$2039, float %$2042, float %$2043)
  store float %$2044, ptr %acc_9.2.cell
  %$2045 = getelementptr inbounds float, ptr %_16, i64 %$1986
  %$2046 = getelementptr inbounds float, ptr %$2045, i64 41
  %$2047 = load float, ptr %$2046, align 4
  %$2048 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1992
  %$2049 = getelementptr inbounds float, ptr %$2048, i64 433
  %$2050 = load float, ptr %$2049, align 4
  %$2051 = load float, ptr %acc_9.3.cell
  %$2052 = call float @llvm.fma.f32(float %$2047, float %$2050, float %$2051)
  store float %$2052, ptr %acc_9.3.cell
  %$2053 = getelementptr inbounds float, ptr %_16, i64 %$1986
  %$2054 = getelementptr inbounds float, ptr %$2053, i64 47
  %$2055 = load float, ptr %$2054, align 4
  %$2056 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1992
  %$2057 = getelementptr inbounds float, ptr %$2056, i64 3
  %$2058 = load float, ptr %$2057, align 4
  %$2059 = load float, ptr %acc_9.0.cell
  %$2060 = call float @llvm.fma.f32(float %$2055, float %$2058, float %$2059)
  store float %$2060, ptr %acc_9.0.cell
  %$2061 = getelementptr inbounds float, ptr %_16, i64 %$1986
  %$2062 = getelementptr inbounds float, ptr %$2061, i64 47
  %$2063 = load float, ptr %$2062, align 4
  %$2064 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1992
  %$2065 = getelementptr inbounds float, ptr %$2064, i64 147
  %$2066 = load float, ptr %$2065, align 4
  %$2067 = load float, ptr %acc_9.1.cell
  %$2068 = call float @llvm.fma.f32(float %$2063, float %$2066, float %$2067)
  store float %$2068, ptr %acc_9.1.cell
  %$2069 = getelementptr inbounds float, ptr %_16, i64 %$1986
  %$2070 = getelementptr inbounds float, ptr %$2069, i64 47
  %$2071 = load float, ptr %$2070, align 4
  %$2072 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1992
  %$2073 = getelementptr inbounds float, ptr %$2072, i64 291
  %$2074 = load float, ptr %$2073, align 4
  %$2075 = load float, ptr %acc_9.2.cell
  %$2076 = call float @llvm.fma.f32(float %$2071, float %$2074, float %$2075)
  store float %$2076, ptr %acc_9.2.cell
  %$2077 = getelementptr inbounds float, ptr %_16, i64 %$1986
  %$2078 = getelementptr inbounds float, ptr %$2077, i64 47
  %$2079 = load float, ptr %$2078, align 4
  %$2080 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1992
  %$2081 = getelementptr inbounds float, ptr %$2080, i64 435
  %$2082 = load float, ptr %$2081, align 4
  %$2083 = load float, ptr %acc_9.3.cell
  %$2084 = call float @llvm.fma.f32(float %$2079, float %$2082, float %$2083)
  store float %$2084, ptr %acc_9.3.cell
  %$2085 = getelementptr inbounds float, ptr %_16, i64 %$1986
  %$2086 = getelementptr inbounds float, ptr %$2085, i64 48
  %$2087 = load float, ptr %$2086, align 4
  %$2088 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1992
  %$2089 = getelementptr inbounds float, ptr %$2088, i64 4
  %$2090 = load float, ptr %$2089, align 4
  %$2091 = load float, ptr %acc_9.0.cell
  %$2092 = call float @llvm.fma.f32(float %$2087, float %$2090, float %$2091)
  store float %$2092, ptr %acc_9.0.cell
  %$2093 = getelementptr inbounds float, ptr %_16, i64 %$1986
  %$2094 = getelementptr inbounds float, ptr %$2093, i64 48
  %$2095 = load float, ptr %$2094, align 4
  %$2096 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1992
  %$2097 = getelementptr inbounds float, ptr %$2096, i64 148
  %$2098 = load float, ptr %$2097, align 4
  %$2099 = load float, ptr %acc_9.1.cell
  %$2100 = call float @llvm.fma.f32(float %$2095, float %$2098, float %$2099)
  store float %$2100, ptr %acc_9.1.cell
  %$2101 = getelementptr inbounds float, ptr %_16, i64 %$1986
  %$2102 = getelementptr inbounds float, ptr %$2101, i64 48
  %$2103 = load float, ptr %$2102, align 4
  %$2104 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1992
  %$2105 = getelementptr inbounds float, ptr %$2104, i64 292
  %$2106 = load float, ptr %$2105, align 4
  %$2107 = load float, ptr %acc_9.2.cell
  %$2108 = call float @llvm.fma.f32(float %$2103, float %$2106, float %$2107)
  store float %$2108, ptr %acc_9.2.cell
  %$2109 = getelementptr inbounds float, ptr %_16, i64 %$1986
  %$2110 = getelementptr inbounds float, ptr %$2109, i64 48
  %$2111 = load float, ptr %$2110, align 4
  %$2112 = getelementptr inbounds float, ptr %conv3.0.weight, i64 %$1992
  %$2113 = getelementptr inbounds float, ptr %$2112, i64 436
  %$2114 = load float, ptr %$2113, align 4
  %$2115 = load float, ptr %acc_9.3.cell
  %$2116 = call float @llvm.fma.f32(float %$2111, float %$2114, float %$2115)
  store float %$2116, ptr %acc_9.3.cell
  %c_9.next = add nuw nsw i64 %c_9, 1
  %$2117 = icmp slt i64 %c_9.next, 16
  br i1 %$2117, label %c_9.body.1982, label %c_9.exit.1983
c_9.exit.1983:
  %$2118 = load float, ptr %acc_9.0.cell
  %$2119 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$2120 = load float, ptr %$2119, align 16
  %$2121 = fadd float %$2118, %$2120
  %$2122 = fcmp ogt float 0x0000000000000000, %$2121
  %$2123 = select i1 %$2122, float 0x0000000000000000, float %$2121
  %$2124 = getelementptr inbounds float, ptr %_18, i64 %$147
  %$2125 = getelementptr inbounds float, ptr %$2124, i64 48
  store float %$2123, ptr %$2125, align 16
  %$2126 = load float, ptr %acc_9.1.cell
  %$2127 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$2128 = getelementptr inbounds float, ptr %$2127, i64 1
  %$2129 = load float, ptr %$2128, align 4
  %$2130 = fadd float %$2126, %$2129
  %$2131 = fcmp ogt float 0x0000000000000000, %$2130
  %$2132 = select i1 %$2131, float 0x0000000000000000, float %$2130
  %$2133 = getelementptr inbounds float, ptr %_18, i64 %$147
  %$2134 = getelementptr inbounds float, ptr %$2133, i64 97
  store float %$2132, ptr %$2134, align 4
  %$2135 = load float, ptr %acc_9.2.cell
  %$2136 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$2137 = getelementptr inbounds float, ptr %$2136, i64 2
  %$2138 = load float, ptr %$2137, align 8
  %$2139 = fadd float %$2135, %$2138
  %$2140 = fcmp ogt float 0x0000000000000000, %$2139
  %$2141 = select i1 %$2140, float 0x0000000000000000, float %$2139
  %$2142 = getelementptr inbounds float, ptr %_18, i64 %$147
  %$2143 = getelementptr inbounds float, ptr %$2142, i64 146
  store float %$2141, ptr %$2143, align 8
  %$2144 = load float, ptr %acc_9.3.cell
  %$2145 = getelementptr inbounds float, ptr %conv3.0.bias, i64 %o
  %$2146 = getelementptr inbounds float, ptr %$2145, i64 3
  %$2147 = load float, ptr %$2146, align 4
  %$2148 = fadd float %$2144, %$2147
  %$2149 = fcmp ogt float 0x0000000000000000, %$2148
  %$2150 = select i1 %$2149, float 0x0000000000000000, float %$2148
  %$2151 = getelementptr inbounds float, ptr %_18, i64 %$147
  %$2152 = getelementptr inbounds float, ptr %$2151, i64 195
  store float %$2150, ptr %$2152, align 4
  %o.next = add nuw nsw i64 %o, 4
  %$2153 = icmp slt i64 %o.next, 32
  br i1 %$2153, label %o.body.4, label %o.exit.5
o.exit.5:
  %n.next = add nuw nsw i64 %n, 1
  %$2154 = icmp slt i64 %n.next, %end
  br i1 %$2154, label %n.body.1, label %n.exit.2
n.exit.2:
  ret void
}

declare <8 x float> @llvm.fma.v8f32(<8 x float>, <8 x float>, <8 x float>)
declare <8 x float> @llvm.masked.load.v8f32.p0(ptr, i32, <8 x i1>, <8 x float>)
declare float @llvm.fma.f32(float, float, float)
declare void @llvm.masked.store.v8f32.p0(<8 x float>, ptr, i32, <8 x i1>)
